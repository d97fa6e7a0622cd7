"""Envelopes: whom they open for, what other programs make of them, and what becomes of bad ones."""

import pickle
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from recipient_keys import (
    ISSUER,
    builder,
    certificate,
    certificate_file,
    key_file,
    needs_openssl,
    private_key,
    recipients,
    rsa_key,
    run,
    signed,
)

from pixelclean.envelope import Cipher, PrivateKey, Recipients, open_envelope, passphrase_in, seal
from pixelclean.envelope.ber import definite
from pixelclean.envelope.ciphers import CIPHERS, OF_NEW
from pixelclean.envelope.opening import _Entry, _keys
from pixelclean.errors import ConfigurationError, Refused
from pixelclean.reasons import ReasonCode

CONTENT = b"ZZ-SENTINEL-1, and more than one block of it"


def refusal(sealed: bytes, key: PrivateKey) -> str:
    with pytest.raises(Refused) as caught:
        open_envelope(sealed, key)
    assert caught.value.code is ReasonCode.CANNOT_DECRYPT
    return caught.value.detail


@pytest.mark.parametrize("cipher", Cipher)
def test_every_recipient_opens_it_with_or_without_their_certificate(cipher: Cipher) -> None:
    sealed = seal(CONTENT, recipients("anna", "ben", "carl"), cipher)
    for name in ("anna", "ben", "carl"):
        assert open_envelope(sealed, private_key(name)) == CONTENT
        assert open_envelope(sealed, PrivateKey(rsa_key(name), certificate(name))) == CONTENT


@given(st.binary(max_size=100), st.sampled_from(Cipher))
@settings(max_examples=30, deadline=None)
def test_any_content_comes_back(content: bytes, cipher: Cipher) -> None:
    assert open_envelope(seal(content, recipients("anna"), cipher), private_key("anna")) == content


def test_nobody_else_opens_it() -> None:
    sealed = seal(CONTENT, recipients("anna", "ben"))
    assert "not for this private key" in refusal(sealed, private_key("dora"))
    assert refusal(sealed, PrivateKey(rsa_key("dora"), certificate("dora"))) == "not for this certificate"


def test_neither_the_content_nor_the_name_of_the_recipients_house_can_be_read_in_it() -> None:
    sealed = seal(CONTENT, recipients("anna"))
    assert b"SENTINEL" not in sealed
    assert ISSUER.encode() not in sealed


def test_nothing_is_sealed_for_a_certificate_that_only_its_issuer_names(tmp_path: Path) -> None:
    """RFC 5652 6.2.1 leaves no other way than the issuer's name, which anybody could read in the output."""
    with pytest.raises(ConfigurationError, match=r"anna\.cert\.pem has no Subject Key Identifier.*-addext") as caught:
        Recipients.load([certificate_file(tmp_path, "anna", identified=False)])
    assert ISSUER not in str(caught.value)
    with pytest.raises(AssertionError, match=r"Recipients\.load"):
        seal(CONTENT, recipients("anna", identified=False))


@needs_openssl
@pytest.mark.parametrize("extended", [[], ["-addext", "subjectKeyIdentifier=hash"]])
def test_a_certificate_as_openssl_makes_it_will_do(tmp_path: Path, extended: list[str]) -> None:
    made = [
        "openssl",
        "req",
        "-x509",
        "-key",
        key_file(tmp_path, "anna"),
        "-subj",
        "/CN=Recipient of a test",
        "-days",
        30,
    ]
    run(*made, *extended, "-out", tmp_path / "made.pem")
    sealed = seal(CONTENT, Recipients.load([tmp_path / "made.pem"]))
    assert b"Recipient" not in sealed and open_envelope(sealed, private_key("anna")) == CONTENT


@needs_openssl
@pytest.mark.parametrize("identified", [True, False])
def test_what_others_sealed_for_an_issuer_and_a_serial_number_is_opened(tmp_path: Path, identified: bool) -> None:
    (tmp_path / "content").write_bytes(CONTENT)
    shown = certificate_file(tmp_path, "anna", identified=identified)
    command = ["openssl", "cms", "-encrypt", "-binary", "-aes256", "-outform", "DER", "-in", tmp_path / "content"]
    run(*command, "-out", tmp_path / "sealed", shown)
    sealed = (tmp_path / "sealed").read_bytes()
    assert ISSUER.encode() in sealed
    for key in (private_key("anna"), PrivateKey.load(key_file(tmp_path, "anna"), None, shown)):
        assert open_envelope(sealed, key) == CONTENT


def test_two_envelopes_of_one_content_have_nothing_in_common_but_their_form() -> None:
    one, other = (seal(CONTENT, recipients("anna")) for _ in range(2))
    assert one[-len(CONTENT) :] != other[-len(CONTENT) :]


@needs_openssl
@pytest.mark.parametrize("cipher", Cipher)
def test_openssl_opens_ours(tmp_path: Path, cipher: Cipher) -> None:
    (tmp_path / "sealed").write_bytes(seal(CONTENT, recipients("anna", "ben"), cipher))
    key, shown = key_file(tmp_path, "ben"), certificate_file(tmp_path, "ben")
    for asking in ([], ["-recip", shown]):
        command = ["openssl", "cms", "-decrypt", "-inform", "DER", "-in", tmp_path / "sealed", "-inkey", key, *asking]
        run(*command, "-out", tmp_path / "opened")
        assert (tmp_path / "opened").read_bytes() == CONTENT


@needs_openssl
@pytest.mark.parametrize("form", [[], ["-stream"], ["-keyid"], ["-stream", "-keyid"]])
@pytest.mark.parametrize("cipher", ["-aes128", "-aes192", "-aes256", "-des3"])
def test_what_openssl_sealed_is_opened_here(tmp_path: Path, cipher: str, form: list[str]) -> None:
    content = CONTENT * 1000  # streams are cut into pieces
    (tmp_path / "content").write_bytes(content)
    shown = [certificate_file(tmp_path, name) for name in ("anna", "ben")]
    command = ["openssl", "cms", "-encrypt", "-binary", cipher, *form, "-outform", "DER", "-in", tmp_path / "content"]
    run(*command, "-out", tmp_path / "sealed", *shown)
    sealed = (tmp_path / "sealed").read_bytes()
    assert (sealed[1] == 0x80) is ("-stream" in form), "BER of indefinite length is tried too"
    assert open_envelope(sealed, private_key("ben")) == content
    assert open_envelope(sealed + b"\0", PrivateKey(rsa_key("ben"), certificate("ben"))) == content


@needs_openssl
@pytest.mark.parametrize("digest", ["sha1", "sha256", "sha512"])
def test_rsa_oaep_is_opened_too(tmp_path: Path, digest: str) -> None:
    (tmp_path / "content").write_bytes(CONTENT)
    shown = certificate_file(tmp_path, "anna")
    oaep = ["-keyopt", "rsa_padding_mode:oaep", "-keyopt", f"rsa_oaep_md:{digest}"]
    command = ["openssl", "cms", "-encrypt", "-binary", "-aes128", "-outform", "DER", "-in", tmp_path / "content"]
    run(*command, "-out", tmp_path / "sealed", "-recip", shown, *oaep)
    assert open_envelope((tmp_path / "sealed").read_bytes(), private_key("anna")) == CONTENT


def test_an_octet_string_in_nested_pieces_is_read_as_one() -> None:
    whole = _with_content(_value(0x80, b"one, two, three"))
    assert whole == definite(whole)
    pieces = _value(0x04, b"one, ") + _value(0x24, _value(0x04, b"two, ") + _value(0x24, b"") + _value(0x04, b"three"))
    assert definite(_with_content(_value(0xA0, pieces))) == whole
    assert definite(_with_content(b"\xa0\x80" + pieces + b"\0\0")) == whole
    assert definite(b"\x30\x80" + _with_content(_value(0x80, b"one, two, three"))[2:] + b"\0\0, more") == whole


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x30",
        b"\x30\x80",
        b"\x30\x03\x04\x02a",
        b"\x30\x02\x04\x02ab",
        b"\x04\x80ab\0\0",
        b"\x1f\x81\x01\0",
        b"\x30\x84\xff\xff\xff\xff",
        b"\x30\x80" * 100_000,
        b"\x24\x80" + b"\x04\0" * 1_000_001,
    ],
    ids=range(10),
)
def test_what_is_not_ber_is_told_soon(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        definite(data)


@given(st.binary(max_size=80))
@settings(max_examples=300, deadline=None)
def test_a_value_made_definite_stays_as_it_is(noise: bytes) -> None:
    with suppress(ValueError):
        once = definite(noise)
        assert definite(once) == once


def _value(tag: int, contents: bytes) -> bytes:
    return bytes((tag, len(contents))) + contents


def _with_content(content: bytes) -> bytes:
    return _value(0x30, _value(0x06, b"\x2a") + content)


def test_entries_that_fit_one_after_the_other_are_not_all_tried() -> None:
    sealed = cms.ContentInfo.load(seal(CONTENT, recipients("anna")))
    info = sealed["content"]["recipient_infos"][0]
    entries = []
    for number in range(20):
        entry = info.copy()
        entry.chosen["encrypted_key"] = rsa_key("anna").public_key().encrypt(number.to_bytes(32), PKCS1v15())
        entries.append(entry)
    sealed["content"]["recipient_infos"] = entries
    assert "name its certificate" in refusal(sealed.dump(force=True), private_key("anna"))


def test_more_recipients_than_anybody_has_are_refused() -> None:
    sealed = cms.ContentInfo.load(seal(CONTENT, recipients("anna")))
    sealed["content"]["recipient_infos"] = [sealed["content"]["recipient_infos"][0]] * 1001
    assert refusal(sealed.dump(force=True), private_key("anna")) == "more than 1000 recipients"


def test_every_beginning_of_an_envelope_is_refused() -> None:
    sealed = seal(CONTENT, recipients("anna"))
    for length in (*range(0, len(sealed) - 1, 7), len(sealed) - 1):
        assert refusal(sealed[:length], private_key("anna"))


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_damaged_envelope_is_refused_or_gives_bytes_and_never_an_error_of_a_library(data: st.DataObject) -> None:
    sealed = bytearray(_SEALED())
    for _ in range(data.draw(st.integers(1, 3))):
        sealed[data.draw(st.integers(0, len(sealed) - 1))] = data.draw(st.integers(0, 255))
    with suppress(Refused):
        assert isinstance(open_envelope(bytes(sealed), private_key("anna")), bytes)


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_noise_is_refused(noise: bytes) -> None:
    assert refusal(noise, private_key("anna"))


def _SEALED() -> bytes:  # noqa: N802 - made late, once the keys are there
    return seal(CONTENT, recipients("anna", "ben"))


def test_cms_of_other_kinds_is_refused() -> None:
    data = cms.ContentInfo({"content_type": "data", "content": CONTENT}).dump()
    assert refusal(data, private_key("anna")) == "not an enveloped-data"
    detached = _edited(lambda inner: inner.__setitem__("encrypted_content", None))
    assert refusal(detached, private_key("anna")) == "not an enveloped-data with content"
    wrapped = _edited(lambda inner: inner.__setitem__("content_type", "signed_data"))
    assert refusal(wrapped, private_key("anna")) == "not an enveloped-data with content"


def test_ciphers_that_the_profile_does_not_name_are_refused() -> None:
    def single_des(inner: cms.EncryptedContentInfo) -> None:
        inner["content_encryption_algorithm"] = {"algorithm": "des", "parameters": bytes(8)}

    assert refusal(_edited(single_des), private_key("anna")) == "neither AES nor Triple-DES in CBC mode"


def test_an_initialisation_vector_of_a_wrong_length_is_refused() -> None:
    def shortened(inner: cms.EncryptedContentInfo) -> None:
        inner["content_encryption_algorithm"] = {"algorithm": "aes256_cbc", "parameters": bytes(8)}

    assert refusal(_edited(shortened), private_key("anna")) == "not an enveloped-data with content"


def _edited(edit: Callable[[cms.EncryptedContentInfo], None]) -> bytes:
    sealed = cms.ContentInfo.load(seal(CONTENT, recipients("anna")))
    edit(sealed["content"]["encrypted_content_info"])
    return sealed.dump(force=True)


def test_an_envelope_that_two_entries_open_in_different_ways_needs_the_certificate() -> None:
    cipher = CIPHERS[OF_NEW[Cipher.AES_256]]
    sealed = cms.ContentInfo.load(seal(CONTENT, recipients("anna", "ben")))
    inner = sealed["content"]["encrypted_content_info"]
    vector, content = inner["content_encryption_algorithm"]["parameters"].native, inner["encrypted_content"].native
    for other in (number.to_bytes(32) for number in range(1 << 16)):
        try:
            cipher.decrypted(content, other, vector)
        except ValueError:
            continue
        break
    forged = sealed["content"]["recipient_infos"]
    for entry in forged:
        if entry.chosen["rid"].native != _identifier("anna"):
            entry.chosen["encrypted_key"] = rsa_key("anna").public_key().encrypt(other, PKCS1v15())
    sealed = sealed.dump(force=True)
    assert "name its certificate" in refusal(sealed, private_key("anna"))
    assert open_envelope(sealed, PrivateKey(rsa_key("anna"), certificate("anna"))) == CONTENT


def _identifier(name: str) -> bytes:
    return certificate(name).extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest


def test_random_bytes_that_openssl_gives_for_anothers_key_are_no_key_even_if_their_length_fits() -> None:
    """OpenSSL answers a wrong RSA key with random bytes of a random length; about one answer in 1,000 has 32."""
    cipher, answer = CIPHERS[OF_NEW[Cipher.AES_256]], b""
    while len(answer) != cipher.key_bytes:
        encrypted = rsa_key("anna").public_key().encrypt(b"0" * cipher.key_bytes, PKCS1v15())
        with suppress(ValueError):  # the number is greater than the other key's modulus
            answer = rsa_key("ben").decrypt(encrypted, PKCS1v15())
    entry = _Entry(None, None, b"", PKCS1v15(), encrypted)
    assert list(_keys(entry, cipher, rsa_key("ben"))) == []
    assert list(_keys(entry, cipher, rsa_key("anna"))) == [b"0" * cipher.key_bytes]


def test_recipients_are_loaded_from_pem_and_der_each_once_and_travel_between_processes(tmp_path: Path) -> None:
    first, second = certificate_file(tmp_path, "anna"), tmp_path / "ben.cer"
    second.write_bytes(certificate("ben").public_bytes(Encoding.DER))
    loaded = Recipients.load([first, second, first])
    assert loaded == recipients("anna", "ben")
    assert pickle.loads(pickle.dumps(loaded)) == loaded
    assert loaded.digest == Recipients.load([second, first]).digest != recipients("anna").digest


def _other_key() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    return signed(builder(key.public_key())).public_bytes(Encoding.PEM)


def _for_signatures() -> bytes:
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    public = rsa_key("anna").public_key()
    return signed(builder(public).add_extension(usage, critical=True)).public_bytes(Encoding.PEM)


def _valid(first: int, last: int) -> bytes:
    return signed(builder(rsa_key("anna").public_key(), first=first, last=last)).public_bytes(Encoding.PEM)


def _broken_extension() -> bytes:
    whole = certificate("anna").public_bytes(Encoding.DER)
    identifier = _identifier("anna")
    place = whole.index(b"\x04\x14" + identifier)
    return whole[:place] + b"\x02\x14" + identifier + whole[place + 22 :]


@pytest.mark.parametrize(
    "content, words",
    [
        (lambda: b"", "is not a certificate"),
        (lambda: b"-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n", "is not a certificate"),
        (lambda: certificate("anna").public_bytes(Encoding.DER)[:-1], "is not a certificate"),
        (_broken_extension, "is not a certificate"),
        (
            lambda: rsa_key("anna").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
            "is not a certificate",
        ),
        (lambda: bytes((1 << 20) + 1), "too long"),
        (lambda: 2 * certificate("anna").public_bytes(Encoding.PEM), "holds 2 certificates"),
        (lambda: certificate("short").public_bytes(Encoding.PEM), "has 1024 bits"),
        (_other_key, "has no RSA key"),
        (_for_signatures, "not meant for encrypting keys"),
        (lambda: _valid(-30, -1), "expired on"),
        (lambda: _valid(1, 30), "is valid from"),
    ],
)
def test_a_certificate_that_will_not_do_is_named_with_its_cause(
    tmp_path: Path, content: Callable[[], bytes], words: str
) -> None:
    path = tmp_path / "given.pem"
    path.write_bytes(content())
    with pytest.raises(ConfigurationError, match=f"given.pem.*{words}"):
        Recipients.load([certificate_file(tmp_path, "ben"), path])


def test_nobody_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="give a recipient's certificate"):
        Recipients.load([])
    with pytest.raises(ConfigurationError, match=r"absent\.pem is not there"):
        Recipients.load([tmp_path / "absent.pem"])


def test_a_private_key_is_loaded_as_pem_and_der_with_and_without_passphrase(tmp_path: Path) -> None:
    sealed = seal(CONTENT, recipients("anna"))
    der = tmp_path / "anna.der"
    der.write_bytes(rsa_key("anna").private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption()))
    der.chmod(0o600)
    for key in (
        PrivateKey.load(key_file(tmp_path, "anna")),
        PrivateKey.load(der, None, certificate_file(tmp_path, "anna")),
        PrivateKey.load(key_file(tmp_path, "anna", b"a secret"), b"a secret"),
    ):
        assert open_envelope(sealed, key) == CONTENT


def test_a_private_key_that_will_not_do_is_named_with_its_cause(tmp_path: Path) -> None:
    def fails(words: str, path: Path, passphrase: bytes | None = None, shown: Path | None = None) -> None:
        with pytest.raises(ConfigurationError, match=words) as caught:
            PrivateKey.load(path, passphrase, shown)
        assert "secret" not in str(caught.value)

    fails("absent is not there", tmp_path / "absent")
    fails("is not a private key", certificate_file(tmp_path, "anna"))
    plain = key_file(tmp_path, "anna")
    fails("is not encrypted", plain, b"secret")
    fails("does not belong", plain, None, certificate_file(tmp_path, "ben"))
    plain.chmod(0o640)
    fails("read or changed by others", plain)
    locked = key_file(tmp_path, "ben", b"secret")
    fails("is encrypted", locked)
    fails("not a private key of this passphrase", locked, b"secret2")
    other = tmp_path / "other.pem"
    key = ec.generate_private_key(ec.SECP256R1())
    other.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    fails("no RSA key", other)


def test_a_private_key_does_not_show_itself() -> None:
    assert repr(private_key("anna")) == "PrivateKey(2048 bits)"


def test_a_passphrase_is_the_first_line_of_a_private_file(tmp_path: Path) -> None:
    path = tmp_path / "passphrase"
    path.write_bytes(b"a secret\nand a note\n")
    path.chmod(0o600)
    assert passphrase_in(path) == b"a secret"
    path.chmod(0o644)
    with pytest.raises(ConfigurationError, match="by others"):
        passphrase_in(path)
    path.chmod(0o600)
    path.write_bytes(b"\n")
    with pytest.raises(ConfigurationError, match="empty first line"):
        passphrase_in(path)
    with pytest.raises(ConfigurationError, match="is not there"):
        passphrase_in(tmp_path / "absent")
