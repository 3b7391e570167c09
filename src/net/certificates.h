// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace puppis::net {

/// A certificate and its private key (ECDSA P-256), both PEM.
struct KeyPair {
  std::string certificate;
  std::string key;
};

/// A new self-signed authority, valid for ten years from an hour ago.
Result<KeyPair> makeAuthority(const std::string& commonName, const Clock& clock);

struct CertificateRequest {
  std::string commonName;
  std::vector<std::string> organizations;
  std::vector<std::string> dnsNames;
  std::vector<std::string> addresses;  ///< IP addresses as text
  bool server = false;                 ///< else for a client
};
/// A certificate signed by `authority`, valid for a year from an hour ago.
Result<KeyPair> issueCertificate(const KeyPair& authority, const CertificateRequest& request,
                                 const Clock& clock);

/// A fresh ECDSA P-256 private key, PEM.
Result<std::string> makeSigningKey();
/// ES256 over `text`: the 64 raw bytes r and s (RFC 7518).
Result<std::string> signEs256(const std::string& keyPem, std::string_view text);
/// Whether `signature` (64 bytes) is this key's over `text`.
bool verifyEs256(const std::string& keyPem, std::string_view text, std::string_view signature);

}  // namespace puppis::net
