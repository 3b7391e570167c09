// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace puppis {

/// Splits at every `separator`; "a,,b" gives three parts, "" gives one empty part.
std::vector<std::string> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string_view trim(std::string_view text);
std::string toLower(std::string_view text);
bool startsWith(std::string_view text, std::string_view prefix);
bool endsWith(std::string_view text, std::string_view suffix);
std::string replaceAll(std::string text, std::string_view from, std::string_view to);

/// The candidate nearest to `name` by edit distance (Damerau-Levenshtein), if near enough to be a slip of the
/// hand: at most a third of the longer word, and never a different word of the same length as its distance.
std::optional<std::string> nearest(std::string_view name, const std::vector<std::string>& candidates);

/// Lower-case hexadecimal of bytes.
std::string hex(std::string_view bytes);
/// FNV-1a, 64 bit: stable between runs and machines, not for adversaries.
std::uint64_t fnv1a(std::string_view bytes);
/// Standard base64 with padding (RFC 4648 section 4).
std::string base64Encode(std::string_view bytes);
/// Nothing when `text` is not base64. Line breaks are skipped.
std::optional<std::string> base64Decode(std::string_view text);

/// The byte offset of the first byte that is not valid UTF-8 (overlong forms and surrogates included), or
/// nothing.
std::optional<std::size_t> firstInvalidUtf8(std::string_view text);

}  // namespace puppis
