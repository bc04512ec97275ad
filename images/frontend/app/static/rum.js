// Loads Datadog's browser SDK and starts it with what the page says. Absent when there is nothing to report to.
const node = document.getElementById('rum-config');
if (node) {
  const rum = JSON.parse(node.textContent);
  const script = document.createElement('script');
  script.async = true;
  // Before src: version 7 loads further modules, and they need it.
  script.crossOrigin = 'anonymous';
  script.onload = () =>
    window.DD_RUM.init({
      applicationId: rum.applicationId,
      clientToken: rum.clientToken,
      site: rum.site,
      service: rum.service,
      env: rum.env,
      version: rum.version,
      sessionSampleRate: 100,
      sessionReplaySampleRate: 20,
      traceSampleRate: 100,
      defaultPrivacyLevel: 'mask-user-input',
      allowedTracingUrls: [(url) => url.startsWith(window.location.origin)],
      ...(rum.proxy ? { proxy: rum.proxy } : {}),
    });
  script.src = rum.sdkUrl;
  document.head.append(script);
}
