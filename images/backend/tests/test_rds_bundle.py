import ssl

from app.settings import RDS_BUNDLE


def authorities():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(RDS_BUNDLE)
    return [dict(pair for part in certificate["subject"] for pair in part) for certificate in context.get_ca_certs()]


def test_every_authority_in_the_bundle_is_amazons_for_rds():
    subjects = authorities()
    assert len(subjects) > 100
    assert {subject["organizationName"] for subject in subjects} == {"Amazon Web Services, Inc."}
    assert all("Amazon RDS" in subject["commonName"] for subject in subjects)


def test_the_current_authorities_of_the_regions_are_there():
    names = {subject["commonName"] for subject in authorities()}
    assert {"Amazon RDS us-east-1 Root CA RSA2048 G1", "Amazon RDS eu-central-1 Root CA ECC384 G1"} <= names
