// SPDX-License-Identifier: Apache-2.0
#include <array>

#include <openssl/evp.h>

#include "base/strings.h"
#include "cue/builtin/packages.h"
#include "cue/builtin/support.h"
#include "cue/number/integer.h"

// Package uuid (RFC 4122).

namespace puppis::cue::builtin {

namespace {

using Text = std::string_view;
using Uuid = std::array<unsigned char, 16>;

int hexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Reads the plain, urn, braced and undashed forms. `strict` also wants the closing brace.
std::optional<Uuid> parseUuid(Text s, bool strict, std::string& why) {
  constexpr std::size_t kPlain = 36;
  constexpr std::size_t kDigits = 32;
  constexpr Text kUrn = "urn:uuid:";
  why = "invalid UUID format";
  if (s.size() == kPlain + kUrn.size()) {
    if (toLower(s.substr(0, kUrn.size())) != kUrn) {
      why = "invalid urn prefix: \"" + std::string(s.substr(0, kUrn.size())) + '"';
      return std::nullopt;
    }
    s.remove_prefix(kUrn.size());
  } else if (s.size() == kPlain + 2) {
    if (strict && (s.front() != '{' || s.back() != '}')) {
      why = "invalid bracketed UUID format";
      return std::nullopt;
    }
    s = s.substr(1, kPlain);
  } else if (s.size() != kPlain && s.size() != kDigits) {
    why = "invalid UUID length: " + std::to_string(s.size());
    return std::nullopt;
  }
  Uuid out{};
  std::size_t at = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    bool dash = s.size() == kPlain && (i == 4 || i == 6 || i == 8 || i == 10);
    if (dash && s[at++] != '-') return std::nullopt;
    int high = hexDigit(s[at]);
    int low = hexDigit(s[at + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out[i] = static_cast<unsigned char>(high << 4 | low);
    at += 2;
  }
  return out;
}

std::string textOf(const Uuid& uuid) {
  std::string out = hex({reinterpret_cast<const char*>(uuid.data()), uuid.size()});
  for (std::size_t at : {20, 16, 12, 8}) out.insert(at, 1, '-');
  return out;
}

template <typename Use>
Answer with(Call& call, Text s, Use use) {
  std::string why;
  auto uuid = parseUuid(s, false, why);
  if (!uuid) return bad(call, why);
  return use(*uuid);
}

Answer valid(Call& call, Text s) {
  std::string why;
  if (!parseUuid(s, true, why)) return bad(call, why);
  return Value::of(true);
}

Answer parse(Call& call, Text s) {
  return with(call, s, [&](const Uuid& uuid) -> Answer { return text(call, textOf(uuid)); });
}

Answer urn(Call& call, Text s) {
  return with(call, s, [&](const Uuid& uuid) -> Answer { return text(call, "urn:uuid:" + textOf(uuid)); });
}

Answer fromInt(Call& call, const BigInt& i) {
  std::string bytes = number::toBigEndian(i.number);
  Uuid uuid{};
  if (bytes.size() > uuid.size()) {
    return bad(call, "invalid UUID (got " + std::to_string(bytes.size()) + " bytes)");
  }
  std::copy(bytes.begin(), bytes.end(), uuid.end() - static_cast<std::ptrdiff_t>(bytes.size()));
  return text(call, textOf(uuid));
}

/// The number that the bytes of the text itself make, not those of the UUID it names.
Answer toInt(Call& call, Text s) {
  return Value::of(number::fromBigEndian(s, call.arena()));
}

Answer variant(Call& call, Text s) {
  return with(call, s, [](const Uuid& uuid) -> Answer {
    unsigned bits = uuid[8];
    if ((bits & 0xC0) == 0x80) return Value::ofInt(1);
    if ((bits & 0xE0) == 0xC0) return Value::ofInt(3);
    if ((bits & 0xE0) == 0xE0) return Value::ofInt(4);
    return Value::ofInt(2);
  });
}

Answer version(Call& call, Text s) {
  return with(call, s, [](const Uuid& uuid) -> Answer { return Value::ofInt(uuid[6] >> 4); });
}

/// A name-based UUID: the digest of name space and data, with version and variant set.
Answer named(Call& call, Text space, Bytes data, const EVP_MD* algorithm, unsigned version) {
  return with(call, space, [&](const Uuid& uuid) -> Answer {
    std::string input(reinterpret_cast<const char*>(uuid.data()), uuid.size());
    input += data.data;
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_Digest(input.data(), input.size(), digest.data(), &size, algorithm, nullptr) != 1) {
      return bad(call, "digest is not available");
    }
    Uuid out{};
    std::copy_n(digest.begin(), out.size(), out.begin());
    out[6] = static_cast<unsigned char>((out[6] & 0x0FU) | version << 4);
    out[8] = static_cast<unsigned char>((out[8] & 0x3FU) | 0x80U);
    return text(call, textOf(out));
  });
}
Answer sha1(Call& call, Text space, Bytes data) {
  return named(call, space, data, EVP_sha1(), 5);
}
Answer md5(Call& call, Text space, Bytes data) {
  return named(call, space, data, EVP_md5(), 3);
}

constexpr Function kFunctions[] = {
    function<&valid>("Valid", kBool),    function<&parse>("Parse", kString),
    function<&urn>("URN", kString),      function<&fromInt>("FromInt", kString),
    function<&toInt>("ToInt", kInt),     function<&variant>("Variant", kInt),
    function<&version>("Version", kInt), function<&sha1>("SHA1", kString),
    function<&md5>("MD5", kString),
};

/// Name spaces and the meaning of Variant's results.
constexpr std::string_view kSource = R"({
	ns: {
		DNS:  "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
		URL:  "6ba7b811-9dad-11d1-80b4-00c04fd430c8"
		OID:  "6ba7b812-9dad-11d1-80b4-00c04fd430c8"
		X500: "6ba7b814-9dad-11d1-80b4-00c04fd430c8"
		Nil:  "00000000-0000-0000-0000-000000000000"
	}
	variants: {
		Invalid:   0
		RFC4122:   1
		Reserved:  2
		Microsoft: 3
		Future:    4
	}
})";

}  // namespace

const Package kUuidPackage{"uuid", kFunctions, {}, kSource};

}  // namespace puppis::cue::builtin
