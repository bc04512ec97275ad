import pytest
from conftest import settings

from app.settings import RDS_BUNDLE, Settings, SettingsError


def test_verifies_against_the_rds_bundle_unless_told_otherwise():
    given = Settings.from_environment({})
    assert (given.tls, given.ca_bundle, given.pool_size) == ("verify", RDS_BUNDLE, 8)


def test_reads_parameters_below_the_environment():
    assert settings(APP_ENV="test-alice").parameter_prefix == "/cloudpe/test-alice/database/"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("DATABASE_TLS", "off", "DATABASE_TLS must be one of verify, encrypt, got 'off'"),
        ("DATABASE_POOL_SIZE", "0", "DATABASE_POOL_SIZE must be a whole number from 1 to 64, got '0'"),
        ("DATABASE_POOL_SIZE", "many", "DATABASE_POOL_SIZE must be a whole number from 1 to 64, got 'many'"),
    ],
)
def test_names_the_variable_the_rule_and_the_value(name, value, message):
    with pytest.raises(SettingsError, match=message):
        settings(**{name: value})


def test_refuses_to_verify_without_certificates():
    with pytest.raises(SettingsError, match=r"DATABASE_CA_BUNDLE must name a file .* got '/nowhere.pem'"):
        settings(DATABASE_TLS="verify", DATABASE_CA_BUNDLE="/nowhere.pem")
