// SPDX-License-Identifier: Apache-2.0
#include "net/certificates.h"

#include <memory>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "base/strings.h"

namespace puppis::net {
namespace {

template <auto F>
struct Freer {
  template <typename T>
  void operator()(T* p) const {
    F(p);
  }
};
using Pkey = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Cert = std::unique_ptr<X509, Freer<X509_free>>;
using Bio = std::unique_ptr<BIO, Freer<BIO_free>>;
using MdContext = std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, Freer<ECDSA_SIG_free>>;

Error cryptoError(const std::string& doing) {
  char text[256] = "unknown";
  ERR_error_string_n(ERR_get_error(), text, sizeof text);
  return Error(ErrorCode::Internal, doing + ": " + text);
}

std::string bioText(BIO* bio) {
  char* data = nullptr;
  long size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<std::size_t>(size));
}

Result<std::string> keyPem(EVP_PKEY* key) {
  Bio bio(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return fail(cryptoError("writing a key"));
  return bioText(bio.get());
}

Result<Pkey> readKey(const std::string& pem) {
  Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  Pkey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  if (!key) return fail(cryptoError("reading a key"));
  return key;
}

Result<Cert> readCertificate(const std::string& pem) {
  Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  Cert cert(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (!cert) return fail(cryptoError("reading a certificate"));
  return cert;
}

Status addExtension(X509* cert, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, cert, nullptr, nullptr, 0);
  std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>> ext(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  if (!ext || X509_add_ext(cert, ext.get(), -1) != 1) return fail(cryptoError("certificate extension"));
  return {};
}

void addName(X509_NAME* name, const char* field, const std::string& value) {
  X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(value.data()),
                             static_cast<int>(value.size()), -1, 0);
}

Result<Cert> newCertificate(EVP_PKEY* key, const CertificateRequest& request, std::chrono::hours validity,
                            const Clock& clock) {
  Cert cert(X509_new());
  X509_set_version(cert.get(), 2);
  unsigned char serial[16];
  if (RAND_bytes(serial, sizeof serial) != 1) return fail(cryptoError("random serial"));
  serial[0] &= 0x7f;
  std::unique_ptr<BIGNUM, Freer<BN_free>> number(BN_bin2bn(serial, sizeof serial, nullptr));
  BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(cert.get()));
  time_t now = std::chrono::duration_cast<std::chrono::seconds>(clock.now()).count();
  ASN1_TIME_set(X509_getm_notBefore(cert.get()), now - 3600);
  ASN1_TIME_set(X509_getm_notAfter(cert.get()),
                now + std::chrono::duration_cast<std::chrono::seconds>(validity).count());
  X509_NAME* subject = X509_get_subject_name(cert.get());
  for (const std::string& organization : request.organizations) addName(subject, "O", organization);
  addName(subject, "CN", request.commonName);
  X509_set_pubkey(cert.get(), key);
  return cert;
}

Result<KeyPair> finish(Cert& cert, EVP_PKEY* key, EVP_PKEY* signer) {
  if (X509_sign(cert.get(), signer, EVP_sha256()) == 0) return fail(cryptoError("signing a certificate"));
  Bio bio(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(bio.get(), cert.get()) != 1) return fail(cryptoError("writing a certificate"));
  TRY(std::string pem, keyPem(key));
  return KeyPair{bioText(bio.get()), std::move(pem)};
}

Result<Pkey> newKey() {
  Pkey key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  if (!key) return fail(cryptoError("making a key"));
  return key;
}

}  // namespace

Result<KeyPair> makeAuthority(const std::string& commonName, const Clock& clock) {
  TRY(Pkey key, newKey());
  CertificateRequest request;
  request.commonName = commonName;
  TRY(Cert cert, newCertificate(key.get(), request, std::chrono::hours(24 * 3650), clock));
  X509_set_issuer_name(cert.get(), X509_get_subject_name(cert.get()));
  TRY_VOID(addExtension(cert.get(), cert.get(), NID_basic_constraints, "critical,CA:TRUE"));
  TRY_VOID(
      addExtension(cert.get(), cert.get(), NID_key_usage, "critical,keyCertSign,cRLSign,digitalSignature"));
  TRY_VOID(addExtension(cert.get(), cert.get(), NID_subject_key_identifier, "hash"));
  return finish(cert, key.get(), key.get());
}

Result<KeyPair> issueCertificate(const KeyPair& authority, const CertificateRequest& request,
                                 const Clock& clock) {
  TRY(Cert issuer, readCertificate(authority.certificate));
  TRY(Pkey signer, readKey(authority.key));
  TRY(Pkey key, newKey());
  TRY(Cert cert, newCertificate(key.get(), request, std::chrono::hours(24 * 365), clock));
  X509_set_issuer_name(cert.get(), X509_get_subject_name(issuer.get()));
  TRY_VOID(addExtension(cert.get(), issuer.get(), NID_basic_constraints, "critical,CA:FALSE"));
  TRY_VOID(addExtension(cert.get(), issuer.get(), NID_key_usage, "critical,digitalSignature"));
  TRY_VOID(addExtension(cert.get(), issuer.get(), NID_ext_key_usage,
                        request.server ? "serverAuth" : "clientAuth"));
  TRY_VOID(addExtension(cert.get(), issuer.get(), NID_authority_key_identifier, "keyid"));
  std::vector<std::string> names;
  for (const std::string& name : request.dnsNames) names.push_back("DNS:" + name);
  for (const std::string& address : request.addresses) names.push_back("IP:" + address);
  if (!names.empty())
    TRY_VOID(addExtension(cert.get(), issuer.get(), NID_subject_alt_name, join(names, ",")));
  return finish(cert, key.get(), signer.get());
}

Result<std::string> makeSigningKey() {
  TRY(Pkey key, newKey());
  return keyPem(key.get());
}

namespace {
constexpr int kHalf = 32;  // bytes of r and of s on P-256
}

Result<std::string> signEs256(const std::string& pem, std::string_view text) {
  TRY(Pkey key, readKey(pem));
  MdContext context(EVP_MD_CTX_new());
  std::size_t size = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) != 1) {
    return fail(cryptoError("signing"));
  }
  std::string der(size, '\0');
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(der.data()), &size, bytes,
                     text.size()) != 1) {
    return fail(cryptoError("signing"));
  }
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  EcdsaSignature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)));
  if (!signature) return fail(cryptoError("signing"));
  std::string out(std::size_t{kHalf} * 2, '\0');
  auto* raw = reinterpret_cast<unsigned char*>(out.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), raw, kHalf);
  BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), raw + kHalf, kHalf);
  return out;
}

bool verifyEs256(const std::string& pem, std::string_view text, std::string_view signature) {
  auto key = readKey(pem);
  if (!key || signature.size() != std::size_t{kHalf} * 2) return false;
  const auto* raw = reinterpret_cast<const unsigned char*>(signature.data());
  EcdsaSignature pair(ECDSA_SIG_new());
  ECDSA_SIG_set0(pair.get(), BN_bin2bn(raw, kHalf, nullptr), BN_bin2bn(raw + kHalf, kHalf, nullptr));
  unsigned char* der = nullptr;
  int size = i2d_ECDSA_SIG(pair.get(), &der);
  if (size <= 0) return false;
  MdContext context(EVP_MD_CTX_new());
  bool good = EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key->get()) == 1 &&
              EVP_DigestVerify(context.get(), der, static_cast<std::size_t>(size),
                               reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
  OPENSSL_free(der);
  return good;
}

}  // namespace puppis::net
