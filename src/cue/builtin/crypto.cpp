// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <memory>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "cue/builtin/packages.h"
#include "cue/builtin/support.h"

// Packages crypto/*: digests, HMAC and Ed25519 signatures.

namespace puppis::cue::builtin {

namespace {

template <const EVP_MD* (*Algorithm)()>
Answer digest(Call& call, Bytes data) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  if (EVP_Digest(data.data.data(), data.data.size(), out.data(), &size, Algorithm(), nullptr) != 1) {
    return bad(call, "digest is not available");
  }
  return Value::bytes(keep(call, {reinterpret_cast<const char*>(out.data()), size}));
}

const EVP_MD* algorithmNamed(std::string_view name) {
  struct Named {
    std::string_view name;
    const EVP_MD* (*algorithm)();
  };
  static constexpr std::array<Named, 8> kAlgorithms = {{{"MD5", EVP_md5},
                                                        {"SHA1", EVP_sha1},
                                                        {"SHA224", EVP_sha224},
                                                        {"SHA256", EVP_sha256},
                                                        {"SHA384", EVP_sha384},
                                                        {"SHA512", EVP_sha512},
                                                        {"SHA512_224", EVP_sha512_224},
                                                        {"SHA512_256", EVP_sha512_256}}};
  for (const Named& entry : kAlgorithms) {
    if (entry.name == name) return entry.algorithm();
  }
  return nullptr;
}

Answer sign(Call& call, std::string_view algorithm, Bytes key, Bytes data) {
  const EVP_MD* md = algorithmNamed(algorithm);
  if (md == nullptr) return bad(call, "unsupported hash function");
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  // An empty key must still be a key, not "the one of the last call".
  const char* keyData = key.data.empty() ? "" : key.data.data();
  const auto* message = reinterpret_cast<const unsigned char*>(data.data.data());
  if (HMAC(md, keyData, static_cast<int>(key.data.size()), message, data.data.size(), out.data(), &size) ==
      nullptr) {
    return bad(call, "HMAC failed");
  }
  return Value::bytes(keep(call, {reinterpret_cast<const char*>(out.data()), size}));
}

constexpr std::size_t kPublicKeySize = 32;
constexpr std::size_t kSignatureSize = 64;

Answer validSignature(Call& call, Bytes publicKey, Bytes message, Bytes signature) {
  if (publicKey.data.size() != kPublicKeySize) return bad(call, "ed25519: publicKey must be 32 bytes");
  if (signature.data.size() != kSignatureSize) return Value::of(false);
  auto bytes = [](std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); };
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes(publicKey.data), kPublicKeySize),
      EVP_PKEY_free);
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  bool valid = key && context &&
               EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
               EVP_DigestVerify(context.get(), bytes(signature.data), kSignatureSize, bytes(message.data),
                                message.data.size()) == 1;
  return Value::of(valid);
}

constexpr std::uint16_t kDigest = kString | kBytes;

constexpr Function kMd5Functions[] = {function<&digest<EVP_md5>>("Sum", kDigest)};
constexpr Constant kMd5Constants[] = {{"Size", "16"}, {"BlockSize", "64"}};
constexpr Function kSha1Functions[] = {function<&digest<EVP_sha1>>("Sum", kDigest)};
constexpr Constant kSha1Constants[] = {{"Size", "20"}, {"BlockSize", "64"}};
constexpr Function kSha256Functions[] = {function<&digest<EVP_sha256>>("Sum256", kDigest),
                                         function<&digest<EVP_sha224>>("Sum224", kDigest)};
constexpr Constant kSha256Constants[] = {{"Size", "32"}, {"Size224", "28"}, {"BlockSize", "64"}};
constexpr Function kSha512Functions[] = {function<&digest<EVP_sha512>>("Sum512", kDigest),
                                         function<&digest<EVP_sha384>>("Sum384", kDigest),
                                         function<&digest<EVP_sha512_224>>("Sum512_224", kDigest),
                                         function<&digest<EVP_sha512_256>>("Sum512_256", kDigest)};
constexpr Constant kSha512Constants[] = {
    {"Size", "64"}, {"Size224", "28"}, {"Size256", "32"}, {"Size384", "48"}, {"BlockSize", "128"}};
constexpr Function kHmacFunctions[] = {function<&sign>("Sign", kDigest)};
constexpr Constant kHmacConstants[] = {{"MD5", "\"MD5\""},
                                       {"SHA1", "\"SHA1\""},
                                       {"SHA224", "\"SHA224\""},
                                       {"SHA256", "\"SHA256\""},
                                       {"SHA384", "\"SHA384\""},
                                       {"SHA512", "\"SHA512\""},
                                       {"SHA512_224", "\"SHA512_224\""},
                                       {"SHA512_256", "\"SHA512_256\""}};
constexpr Function kEd25519Functions[] = {function<&validSignature>("Valid", kBool)};
constexpr Constant kEd25519Constants[] = {{"PublicKeySize", "32"}};

}  // namespace

const Package kMd5Package{"crypto/md5", kMd5Functions, kMd5Constants, {}};
const Package kSha1Package{"crypto/sha1", kSha1Functions, kSha1Constants, {}};
const Package kSha256Package{"crypto/sha256", kSha256Functions, kSha256Constants, {}};
const Package kSha512Package{"crypto/sha512", kSha512Functions, kSha512Constants, {}};
const Package kHmacPackage{"crypto/hmac", kHmacFunctions, kHmacConstants, {}};
const Package kEd25519Package{"crypto/ed25519", kEd25519Functions, kEd25519Constants, {}};

}  // namespace puppis::cue::builtin
