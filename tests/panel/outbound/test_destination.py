"""A URL is read in one way or not at all; an address is public or not dialled."""

import pytest

from panel.outbound.guard.addresses import why_not
from panel.outbound.guard.destination import host_and_port, parse
from panel.outbound.guard.egress import Egress
from panel.outbound.guard.errors import EgressError

REFUSED = [
    # another spelling of an IPv4 address
    "http://2130706433/", "http://0x7f000001/", "http://0x7f.0.0.1/", "http://0177.0.0.1/", "http://017700000001/", "http://127.1/", "http://127.0.1/", "http://127.0.0.01/",
    "http://0x7f.1/", "http://0/", "http://0x/", "http://256.1.1.1/", "http://1.2.3.4.5/", "http://a.0x1/", "http://a.1/", "http://①②⑦.⓪.⓪.①/", "http://１２７.0.0.1/", "http://127。0。0。1/", "http://127.0.0.1./",
    # another spelling of a host
    "http://ⓔxample.com/", "http://ｅxample.com/", "http://exa_mple.com/", "http://-a.com/", "http://a-.com/", "http://a..b/", "http://.a/", "http://a./", "http://ex\u00adample.com/", "http://a\u200bb.com/", "http://" + "a" * 64 + ".com/", "http://faß\u2024com/",
    # two parsers, two hosts
    "http://ok.test\\@127.0.0.1/", "http://ok.test@127.0.0.1/", "http://user:pw@ok.test/", "http://ok.test#@127.0.0.1/", "http://ok.test/#x", "http:\\\\ok.test/", "http:/ok.test", "http:ok.test", "//ok.test/", "ok.test", "http:///ok.test", "http://%6fk.test/", "http://ok%2etest/",
    "http://ok.test:80:90/", "http://ok.test:/", "http://ok.test:0/", "http://ok.test:65536/", "http://ok.test:080/", "http://ok.test:8 0/", "http://ok.test:٨٠/", "http://",
    # IPv6
    "http://[fe80::1%25eth0]/", "http://[fe80::1%eth0]/", "http://[::1/", "http://::1/", "http://[v1.a]/", "http://[1:2]/", "http://[::1]x/", "http://[::127.0.0.01]/",
    # characters and schemes
    " http://ok.test/", "http://ok.test/ ", "http://ok.test/a b", "http://ok.test/\n", "http://ok.test/\r\nHost: x", "http://ok\t.test/", "http://ok.test/\x00", "http://ok.test/é", "http://ok.test/\u2028",
    "file:///etc/passwd", "gopher://ok.test/", "ftp://ok.test/", "javascript:alert(1)", "unix:///var/run/docker.sock", "data:text/plain,x", "", "http://ok.test/" + "a" * 2048,
]  # fmt: skip
READ = {
    "https://API.Example.com/v1": ("https", "api.example.com", 443, "/v1"),
    "HTTP://example.com:8080?x=1": ("http", "example.com", 8080, "/?x=1"),
    "https://example.com": ("https", "example.com", 443, "/"),
    "https://exämple.de/a/../b": ("https", "xn--exmple-cua.de", 443, "/a/../b"),
    "https://8.8.8.8:443/": ("https", "8.8.8.8", 443, "/"),
    "https://[2606:4700:0:0::1111]/": ("https", "2606:4700::1111", 443, "/"),
}
NOT_PUBLIC = [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254", "168.63.129.16", "169.254.169.254", "169.254.170.2", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.8", "192.0.0.192", "192.0.2.1",
    "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::8.8.8.8", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:7f00:1::", "2001:db8::1", "2001:10::1", "2001:20::1",
    "2002:7f00:1::", "2002:0808:0808::1", "3fff::1", "4000::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fd12:3456::1", "fe80::1", "fe80::a9fe:a9fe", "fec0::1", "ff02::1", "ffff::1",
]  # fmt: skip
PUBLIC = [
    "8.8.8.8",
    "1.1.1.1",
    "93.184.216.34",
    "100.63.255.255",
    "100.128.0.1",
    "172.32.0.1",
    "192.0.1.1",
    "2606:4700::1111",
    "2a00:1450:4001:82a::200e",
]


@pytest.mark.parametrize("url", REFUSED)
def test_what_could_be_read_in_two_ways_is_refused(url: str) -> None:
    with pytest.raises(EgressError) as refused:
        parse(url)
    assert refused.value.code == "refused_url"


@pytest.mark.parametrize(("url", "wanted"), READ.items())
def test_a_plain_url_is_read(url: str, wanted: tuple[str, str, int, str]) -> None:
    found = parse(url)
    assert (found.scheme, found.host, found.port, found.target) == wanted
    assert parse(found.url) == found


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_special_addresses_are_not_public(address: str) -> None:
    assert why_not(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_ordinary_addresses_are_public(address: str) -> None:
    assert why_not(address) is None


@pytest.mark.parametrize("text", ["fe80::1%eth0", "127.1", "2130706433", "0x7f.1", "localhost", "", "1.2.3.4/8"])
def test_other_spellings_of_an_address_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        why_not(text)


def test_the_allow_list_is_read_as_strictly() -> None:
    assert host_and_port("LLM.internal:8443") == ("llm.internal", 8443)
    assert host_and_port("[::1]:80") == ("::1", 80)
    for text in ("llm.internal", "127.1:80", "user@llm.internal:80", "http://llm:80", "a:b:1", ""):
        with pytest.raises(EgressError):
            host_and_port(text)


def test_literal_addresses_and_plain_http_are_judged_without_a_look_up() -> None:
    async def judge() -> dict[str, str]:
        egress, found = Egress(lambda: {("127.0.0.1", 9100), ("llm.internal", 80)}), {}
        urls = [f"https://[{address}]/" if ":" in address else f"https://{address}/" for address in NOT_PUBLIC]
        for url in [
            *urls,
            "http://example.com/",
            "http://127.0.0.1:9100/",
            "http://127.0.0.1:9101/",
            "http://llm.internal/",
            "https://example.com/",
        ]:
            try:
                egress.vet(url)
                found[url] = "ok"
            except EgressError as error:
                found[url] = error.code
        await egress.close()
        return found

    import asyncio

    found = asyncio.run(judge())
    assert [url for url, said in found.items() if said == "ok"] == [
        "http://127.0.0.1:9100/",
        "http://llm.internal/",
        "https://example.com/",
    ]
