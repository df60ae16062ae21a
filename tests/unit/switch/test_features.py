"""Which licenses features use."""

import json
from importlib import resources

from licet.kernel.ids import check_tag, tag_name
from licet.switch.configuration import Level
from licet.switch.features import FEATURES, LEVEL_PACKAGES, PRODUCT, TAGS, package_of, wanted


def test_every_package_has_a_tag_of_its_name() -> None:
    """A feature would use a license that no account can hold."""
    packages = {package_of(name, level) for name in FEATURES for level in Level}
    assert packages - {None} == TAGS.keys()
    for package, tag in TAGS.items():
        assert tag_name(check_tag(tag)) == package
    assert tag_name(check_tag(PRODUCT)) == "N9K"


def test_two_features_of_one_package_need_one_license() -> None:
    """A switch with OSPF and BGP would need two licenses of the same package."""
    lan = TAGS["LAN_ENTERPRISE_SERVICES_PKG"]
    assert wanted({"bgp"}, Level.ESSENTIALS) == {lan: 1}
    assert wanted({"bgp", "ospf", "lacp"}, Level.ESSENTIALS) == {lan: 1}
    assert wanted({"lacp"}, Level.ADVANTAGE) == {}


def test_the_level_chooses_the_license_of_its_features() -> None:
    """The cause that reads "wrong license on the device" could not be set right."""
    for level in Level:
        assert wanted({"hsrp", "vpc"}, level) == {TAGS[LEVEL_PACKAGES[level]]: 1}


def test_the_sample_catalog_knows_what_a_switch_uses() -> None:
    """The lab's account could not hold a license that its switches use."""
    text = resources.files("licet.admin").joinpath("sample_catalog.json").read_text("utf-8")
    listed = json.dumps(json.loads(text))
    assert [tag for tag in (*TAGS.values(), PRODUCT) if tag not in listed] == []
