"""CMS enveloped-data (RFC 5652): what only the holders of certain private keys can read.

PS3.15 E.1.1 asks for it around encrypted attributes: RSA key transport (RFC 3370), AES (RFC 3565) or Triple-DES around
the content.  Sealed here: RSA PKCS #1 v1.5 and AES-CBC, which every reader of the profile knows.  Opened here: those,
RSA-OAEP and Triple-DES too.

There is no signature on it: an envelope proves to nobody who made it.
"""

from pixelclean.envelope.ciphers import Cipher
from pixelclean.envelope.opening import open_envelope
from pixelclean.envelope.private_key import PrivateKey, passphrase_in
from pixelclean.envelope.recipients import Recipients
from pixelclean.envelope.sealing import seal

__all__ = ["Cipher", "open_envelope", "passphrase_in", "PrivateKey", "Recipients", "seal"]
