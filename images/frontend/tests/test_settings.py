import pytest
from conftest import RUM, settings

from app.settings import Settings, SettingsError


@pytest.mark.parametrize("value", ["http://api:4000", "https://api.example.com", "http://10.0.0.1:4000/"])
def test_takes_an_address_of_the_api(value):
    assert settings(API_URL=value).api_url == value.rstrip("/")


@pytest.mark.parametrize(
    "value", ["", "api:4000", "ftp://api", "http://", "http://a b", "http://api/x", "http://api:99999", "http://api;x"]
)
def test_names_the_address_it_refuses(value):
    with pytest.raises(SettingsError, match="API_URL must be http"):
        Settings.from_environment({"API_URL": value})


def test_names_the_network_it_refuses():
    with pytest.raises(SettingsError, match=r"TRUSTED_PROXIES must be a list of networks .* got '10.0.0.0/99'"):
        settings(TRUSTED_PROXIES="10.0.1.0/24, 10.0.0.0/99")


def test_reports_nowhere_without_both_ids():
    assert settings().rum is None
    assert settings(RUM_APPLICATION_ID="only-one-placeholder").rum is None


@pytest.mark.parametrize(
    ("site", "sdk", "intake"),
    [
        ("datadoghq.com", "us1", "https://browser-intake-datadoghq.com"),
        ("us5.datadoghq.com", "us5", "https://browser-intake-us5-datadoghq.com"),
        ("datadoghq.eu", "eu1", "https://browser-intake-datadoghq.eu"),
    ],
)
def test_knows_where_each_site_has_its_sdk_and_its_intake(site, sdk, intake):
    rum = settings(**RUM, RUM_SITE=site).rum
    assert rum.sdk_url == f"https://www.datadoghq-browser-agent.com/{sdk}/v7/datadog-rum.js"
    assert rum.intake_origin == intake


def test_takes_the_sdk_and_the_intake_from_elsewhere():
    rum = settings(**RUM, RUM_SDK_URL="/rum/datadog-rum.js", RUM_PROXY="http://127.0.0.1:9/intake").rum
    assert (rum.sdk_origin, rum.intake_origin) == ("'self'", "http://127.0.0.1:9")


def test_refuses_an_sdk_address_that_could_break_out_of_the_policy():
    with pytest.raises(SettingsError, match="RUM_SDK_URL must be"):
        settings(**RUM, RUM_SDK_URL="https://x.example/; script-src *")
