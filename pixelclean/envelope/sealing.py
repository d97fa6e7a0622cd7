"""Sealing: content -> enveloped-data (RFC 5652 6) that the recipients' private keys open."""

import secrets
from typing import Any

from asn1crypto import cms, core
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from pixelclean.envelope.ciphers import CIPHERS, OF_NEW, Cipher
from pixelclean.envelope.recipients import Recipients, key_identifier


def seal(content: bytes, recipients: Recipients, cipher: Cipher = Cipher.AES_256) -> bytes:
    """The content, DER, for any of the recipients: a new random key around it, and that key once for each of them."""
    algorithm = CIPHERS[OF_NEW[cipher]]
    key, vector = secrets.token_bytes(algorithm.key_bytes), secrets.token_bytes(algorithm.block_bytes)
    entries = [_entry(certificate, key) for certificate in recipients.certificates]
    enveloped = cms.EnvelopedData(
        {
            "version": "v2",  # RFC 5652 6.1: entries are of version 2, they name keys instead of issuers
            "recipient_infos": [cms.RecipientInfo({"ktri": entry}) for entry in entries],
            "encrypted_content_info": {
                "content_type": "data",
                "content_encryption_algorithm": {"algorithm": OF_NEW[cipher], "parameters": core.OctetString(vector)},
                "encrypted_content": algorithm.encrypted(content, key, vector),
            },
        }
    )
    sealed: bytes = cms.ContentInfo({"content_type": "enveloped_data", "content": enveloped}).dump()
    return sealed


def _entry(certificate: bytes, key: bytes) -> Any:
    """The content's key for one recipient (RFC 5652 6.2.1), by RSA PKCS #1 v1.5 (RFC 3370 4.2.1)."""
    parsed = x509.load_der_x509_certificate(certificate)
    public = parsed.public_key()
    assert isinstance(public, RSAPublicKey), "Recipients.load lets nothing else in"
    return cms.KeyTransRecipientInfo(
        {
            "version": "v2",
            "rid": _named(parsed),
            "key_encryption_algorithm": {"algorithm": "rsaes_pkcs1v15"},
            "encrypted_key": public.encrypt(key, PKCS1v15()),
        }
    )


def _named(parsed: x509.Certificate) -> Any:
    """By what the entry names its recipient: the key identifier, never issuer and serial number (RFC 5652 6.2.1).

    Envelopes leave with de-identified objects and anybody can read whom they are for.  A key identifier says nothing to
    those who do not have the certificate; issuers are named after hospitals and people.
    """
    identifier = key_identifier(parsed)
    assert identifier, "Recipients.load lets nothing else in"
    return cms.RecipientIdentifier({"subject_key_identifier": identifier})
