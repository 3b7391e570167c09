// SPDX-License-Identifier: Apache-2.0
#include "cue/builtin/path_system.h"

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "cue/builtin/unicode.h"

namespace puppis::cue::builtin::path {

namespace {

using Text = std::string_view;

char separator(System system) {
  return system == System::Windows ? '\\' : '/';
}

bool isSeparator(char c, System system) {
  return c == '/' || (system == System::Windows && c == '\\');
}

std::size_t nextSeparator(Text path, std::size_t from, System system) {
  while (from < path.size() && !isSeparator(path[from], system)) ++from;
  return from;
}

/// Behind the last separator that is not in the volume name.
std::size_t fileStart(Text path, System system) {
  std::size_t volume = volumeLength(path, system);
  std::size_t at = path.size();
  while (at > volume && !isSeparator(path[at - 1], system)) --at;
  return at;
}

bool sameWord(Text a, Text b, System system) {
  if (system != System::Windows) return a == b;
  return toLower(a) == toLower(b);
}

bool isReservedName(Text path) {
  static constexpr std::array<Text, 4> kPlain = {"con", "prn", "aux", "nul"};
  std::string low = toLower(path);
  if (std::find(kPlain.begin(), kPlain.end(), low) != kPlain.end()) return true;
  return low.size() == 4 && (low.starts_with("com") || low.starts_with("lpt")) && low[3] >= '1' &&
         low[3] <= '9';
}

std::string joined(std::span<const Text> elements, char with) {
  std::string out;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    if (i > 0) out += with;
    out += elements[i];
  }
  return out;
}

bool isShare(Text path) {
  return volumeLength(path, System::Windows) > 2;
}

std::string joinWindows(std::span<const Text> elements) {
  constexpr char kSeparator = '\\';
  if (elements[0].size() == 2 && elements[0][1] == ':') {
    // A drive without a root stays relative to it: C: and a give C:a.
    std::size_t next = 1;
    while (next < elements.size() && elements[next].empty()) ++next;
    return clean(std::string(elements[0]) + joined(elements.subspan(next), kSeparator), System::Windows);
  }
  std::string out = clean(joined(elements, kSeparator), System::Windows);
  if (!isShare(out)) return out;
  // Joining must not make a share of what was none.
  std::string head = clean(elements[0], System::Windows);
  if (isShare(head)) return out;
  std::string tail = clean(joined(elements.subspan(1), kSeparator), System::Windows);
  return head.back() == kSeparator ? head + tail : head + kSeparator + tail;
}

}  // namespace

std::size_t volumeLength(Text path, System system) {
  if (system != System::Windows || path.size() < 2) return 0;
  auto isLetter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (path[1] == ':' && isLetter(path[0])) return 2;
  auto slash = [&](std::size_t at) { return at < path.size() && isSeparator(path[at], system); };
  constexpr std::size_t kShortestShare = 5;  // \\a\b
  if (path.size() < kShortestShare || !slash(0) || !slash(1) || slash(2) || path[2] == '.') return 0;
  std::size_t server = nextSeparator(path, 3, system);
  if (server + 1 >= path.size() || slash(server + 1) || path[server + 1] == '.') return 0;
  return nextSeparator(path, server + 1, system);
}

bool isAbsolute(Text path, System system) {
  switch (system) {
    case System::Unix:
      return path.starts_with('/');
    case System::Plan9:
      return path.starts_with('/') || path.starts_with('#');
    case System::Windows:
      break;
  }
  if (isReservedName(path)) return true;
  std::size_t volume = volumeLength(path, system);
  return volume > 0 && volume < path.size() && isSeparator(path[volume], system);
}

std::string clean(Text path, System system) {
  std::size_t volume = volumeLength(path, system);
  Text rest = path.substr(volume);
  if (rest.empty()) {
    if (volume > 1 && path[1] != ':') return fromSlash(path, system);
    return std::string(path) + '.';
  }
  char slash = separator(system);
  bool rooted = isSeparator(rest[0], system);
  std::vector<Text> kept;
  for (std::size_t at = 0; at < rest.size();) {
    if (isSeparator(rest[at], system)) {
      ++at;
      continue;
    }
    std::size_t end = nextSeparator(rest, at, system);
    Text part = rest.substr(at, end - at);
    at = end;
    if (part == ".") continue;
    if (part == "..") {
      if (!kept.empty() && kept.back() != "..") {
        kept.pop_back();
        continue;
      }
      if (rooted) continue;
    }
    kept.push_back(part);
  }
  std::string out = (rooted ? std::string(1, slash) : std::string()) + joined(kept, slash);
  if (out.empty()) out = ".";
  return fromSlash(std::string(path.substr(0, volume)) + out, system);
}

std::string toSlash(Text path, System system) {
  std::string out(path);
  if (system == System::Windows) std::replace(out.begin(), out.end(), '\\', '/');
  return out;
}

std::string fromSlash(Text path, System system) {
  std::string out(path);
  if (system == System::Windows) std::replace(out.begin(), out.end(), '/', '\\');
  return out;
}

std::pair<Text, Text> split(Text path, System system) {
  std::size_t at = fileStart(path, system);
  return {path.substr(0, at), path.substr(at)};
}

std::vector<std::string> splitList(Text list, System system) {
  if (list.empty()) return {};
  if (system != System::Windows) return puppis::split(list, system == System::Unix ? ':' : '\0');
  // Quotes protect semicolons and are dropped.
  std::vector<std::string> out(1);
  bool quoted = false;
  for (char c : list) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ';' && !quoted) {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  return out;
}

std::string join(std::span<const Text> elements, System system) {
  while (!elements.empty() && elements[0].empty()) elements = elements.subspan(1);
  if (elements.empty()) return {};
  if (system == System::Windows) return joinWindows(elements);
  return clean(joined(elements, '/'), system);
}

Text extension(Text path, System system) {
  for (std::size_t at = path.size(); at > 0 && !isSeparator(path[at - 1], system); --at) {
    if (path[at - 1] == '.') return path.substr(at - 1);
  }
  return {};
}

std::string base(Text path, System system) {
  if (path.empty()) return ".";
  while (!path.empty() && isSeparator(path.back(), system)) path.remove_suffix(1);
  path.remove_prefix(volumeLength(path, system));
  std::size_t at = path.size();
  while (at > 0 && !isSeparator(path[at - 1], system)) --at;
  path.remove_prefix(at);
  return path.empty() ? std::string(1, separator(system)) : std::string(path);
}

std::string directory(Text path, System system) {
  std::size_t volume = volumeLength(path, system);
  std::string dir = clean(path.substr(volume, fileStart(path, system) - volume), system);
  if (dir == "." && volume > 2) return std::string(path.substr(0, volume));
  return std::string(path.substr(0, volume)) + dir;
}

Result<std::string> relative(Text basePath, Text targetPath, System system) {
  char slash = separator(system);
  Text baseVolume = basePath.substr(0, volumeLength(basePath, system));
  Text targetVolume = targetPath.substr(0, volumeLength(targetPath, system));
  std::string base = clean(basePath, system);
  std::string target = clean(targetPath, system);
  if (sameWord(target, base, system)) return std::string(".");
  base.erase(0, baseVolume.size());
  target.erase(0, targetVolume.size());
  if (base == ".") base.clear();
  auto impossible = [&] {
    return fail(ErrorCode::InvalidArgument,
                "Rel: can't make " + std::string(targetPath) + " relative to " + std::string(basePath));
  };
  bool baseRooted = base.starts_with(slash);
  bool targetRooted = target.starts_with(slash);
  if (baseRooted != targetRooted || !sameWord(baseVolume, targetVolume, system)) return impossible();

  std::size_t b0 = 0;
  std::size_t bi = 0;
  std::size_t t0 = 0;
  std::size_t ti = 0;
  for (;;) {
    while (bi < base.size() && base[bi] != slash) ++bi;
    while (ti < target.size() && target[ti] != slash) ++ti;
    if (!sameWord(Text(target).substr(t0, ti - t0), Text(base).substr(b0, bi - b0), system)) break;
    if (bi < base.size()) ++bi;
    if (ti < target.size()) ++ti;
    b0 = bi;
    t0 = ti;
  }
  if (Text(base).substr(b0, bi - b0) == "..") return impossible();
  if (b0 == base.size()) return target.substr(t0);
  std::string out = "..";
  for (auto left = std::count(base.begin() + static_cast<std::ptrdiff_t>(b0), base.end(), slash); left > 0;
       --left) {
    out += slash;
    out += "..";
  }
  if (t0 != target.size()) out += slash + target.substr(t0);
  return out;
}

namespace {

/// One pattern against names. The pattern is taken in chunks: a star and what follows up to the next.
class Matcher {
 public:
  Matcher(Text pattern, System system) : pattern_(pattern), system_(system) {}

  Result<bool> run(Text name) {
    while (!pattern_.empty()) {
      TRY(Chunk chunk, nextChunk());
      if (chunk.star && chunk.text.empty()) return name.find(separator(system_)) == Text::npos;
      TRY(std::optional<Text> rest, matchChunk(chunk.text, name));
      if (rest && (rest->empty() || !pattern_.empty())) {
        name = *rest;
        continue;
      }
      bool moved = false;
      for (std::size_t skip = 0; chunk.star && skip < name.size() && name[skip] != separator(system_);
           ++skip) {
        TRY(std::optional<Text> later, matchChunk(chunk.text, name.substr(skip + 1)));
        if (!later || (pattern_.empty() && !later->empty())) continue;
        name = *later;
        moved = true;
        break;
      }
      if (moved) continue;
      // Even a name that does not match tells of a pattern that is wrong further on.
      while (!pattern_.empty()) TRY_VOID(nextChunk());
      return false;
    }
    return name.empty();
  }

 private:
  struct Chunk {
    bool star = false;
    Text text;
  };

  [[nodiscard]] bool escapes() const { return system_ != System::Windows; }
  static tl::unexpected<Error> badPattern() {
    return fail(ErrorCode::InvalidArgument, "syntax error in pattern");
  }

  Result<Chunk> nextChunk() {
    Chunk chunk;
    if (pattern_.starts_with('*')) {
      chunk.star = true;
      pattern_.remove_prefix(1);
      if (pattern_.starts_with('*')) {
        return fail(ErrorCode::InvalidArgument, "'**' is not supported in patterns as of yet");
      }
    }
    bool inRange = false;
    std::size_t at = 0;
    for (; at < pattern_.size(); ++at) {
      char c = pattern_[at];
      if (c == '\\' && escapes() && at + 1 < pattern_.size()) ++at;
      if (c == '[') inRange = true;
      if (c == ']') inRange = false;
      if (c == '*' && !inRange) break;
    }
    chunk.text = pattern_.substr(0, at);
    pattern_.remove_prefix(at);
    return chunk;
  }

  Result<char32_t> rangeEnd(Text& chunk) {
    if (chunk.empty() || chunk[0] == '-' || chunk[0] == ']') return badPattern();
    if (chunk[0] == '\\' && escapes()) {
      chunk.remove_prefix(1);
      if (chunk.empty()) return badPattern();
    }
    unicode::Decoded next = unicode::decode(chunk);
    chunk.remove_prefix(next.length);
    if (!next.valid || chunk.empty()) return badPattern();
    return next.rune;
  }

  /// Whether `rune` is in the class at the start of `chunk`, which is consumed.
  Result<bool> matchClass(Text& chunk, char32_t rune) {
    chunk.remove_prefix(1);
    bool negated = chunk.starts_with('^');
    if (negated) chunk.remove_prefix(1);
    bool found = false;
    for (std::size_t ranges = 0;; ++ranges) {
      if (ranges > 0 && chunk.starts_with(']')) {
        chunk.remove_prefix(1);
        return found != negated;
      }
      TRY(char32_t low, rangeEnd(chunk));
      char32_t high = low;
      if (chunk.starts_with('-')) {
        chunk.remove_prefix(1);
        TRY(high, rangeEnd(chunk));
      }
      found = found || (low <= rune && rune <= high);
    }
  }

  /// What is left of the name behind a chunk without stars; nothing when it does not match. The whole chunk
  /// is read in any case, to find faults in it.
  Result<std::optional<Text>> matchChunk(Text chunk, Text name) {
    bool failed = false;
    while (!chunk.empty()) {
      failed = failed || name.empty();
      unicode::Decoded next = failed ? unicode::Decoded{0, 0} : unicode::decode(name);
      if (chunk[0] == '[') {
        TRY(bool found, matchClass(chunk, next.rune));
        failed = failed || !found;
        name.remove_prefix(next.length);
        continue;
      }
      if (chunk[0] == '?') {
        failed = failed || name[0] == separator(system_);
        name.remove_prefix(next.length);
        chunk.remove_prefix(1);
        continue;
      }
      if (chunk[0] == '\\' && escapes()) {
        chunk.remove_prefix(1);
        if (chunk.empty()) return badPattern();
      }
      if (!failed) {
        failed = chunk[0] != name[0];
        name.remove_prefix(1);
      }
      chunk.remove_prefix(1);
    }
    if (failed) return std::optional<Text>();
    return std::optional<Text>(name);
  }

  Text pattern_;
  System system_;
};

}  // namespace

Result<bool> match(Text pattern, Text name, System system) {
  return Matcher(pattern, system).run(name);
}

}  // namespace puppis::cue::builtin::path
