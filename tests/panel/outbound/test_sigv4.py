"""Signature Version 4 by the examples that AWS publishes for S3 ("Authenticating requests: single chunk")."""

from datetime import UTC, datetime

from panel.outbound import sigv4

AT = datetime(2013, 5, 24, tzinfo=UTC)
KEY_ID, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
HOST = "https://examplebucket.s3.amazonaws.com"


def signature(method: str, url: str, body: bytes = b"", **more: str) -> str:
    given = {name.replace("_", "-"): value for name, value in more.items()}
    made = sigv4.headers(
        method=method, url=url, body=body, region="us-east-1", key_id=KEY_ID, secret=SECRET, at=AT, more=given
    )
    return made["authorization"].rpartition("=")[2]


def test_putting_an_object() -> None:
    url = HOST + sigv4.path("test$file.text")
    assert url.endswith("/test%24file.text")
    made = signature("PUT", url, b"Welcome to Amazon S3.", date="Fri, 24 May 2013 00:00:00 GMT",
                     x_amz_storage_class="REDUCED_REDUNDANCY")  # fmt: skip
    assert made == "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"


def test_getting_an_object() -> None:
    made = signature("GET", f"{HOST}/test.txt", range="bytes=0-9")
    assert made == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"


def test_questions_with_a_query() -> None:
    assert signature("GET", f"{HOST}/?lifecycle") == "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
    assert (
        signature("GET", f"{HOST}/?max-keys=2&prefix=J")
        == "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
    )


def test_a_port_of_its_own_is_signed_with_the_host() -> None:
    plain, other = (signature("PUT", f"https://minio.example.org{port}/b/x", b"1") for port in ("", ":9000"))
    assert plain != other
    assert plain == signature("PUT", "https://minio.example.org:443/b/x", b"1")
