// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "cue/builtin/packages.h"
#include "cue/builtin/path_system.h"
#include "cue/builtin/support.h"

// Package path. The last argument of each function names the operating system.

namespace puppis::cue::builtin {

namespace {

using Text = std::string_view;
using path::System;

/// The systems that may be named; all but windows and plan9 act as unix.
constexpr std::array<Text, 18> kSystems = {"unix",      "windows", "plan9",  "aix",     "android", "darwin",
                                           "dragonfly", "freebsd", "hurd",   "illumos", "ios",     "js",
                                           "linux",     "nacl",    "netbsd", "openbsd", "solaris", "zos"};

/// Runs `use` for the system called `name`.
template <typename Use>
Answer on(Call& call, Text name, Use use) {
  if (std::find(kSystems.begin(), kSystems.end(), name) == kSystems.end()) {
    return bad(call, "cannot use \"" + std::string(name) + "\" as the name of an operating system");
  }
  return use(name == "windows" ? System::Windows : name == "plan9" ? System::Plan9 : System::Unix);
}

Answer split(Call& call, Text p, Text os) {
  return on(call, os, [&](System s) -> Answer {
    auto [dir, file] = path::split(p, s);
    std::array parts = {dir, file};
    return stringList(call, std::span<const Text>(parts));
  });
}
Answer splitList(Call& call, Text p, Text os) {
  return on(call, os, [&](System s) -> Answer { return stringList(call, path::splitList(p, s)); });
}
Answer join(Call& call, const Strings& elements, Text os) {
  return on(call, os, [&](System s) -> Answer { return text(call, path::join(elements.items, s)); });
}
Answer match(Call& call, Text pattern, Text name, Text os) {
  return on(call, os, [&](System s) -> Answer {
    auto matched = path::match(pattern, name, s);
    return matched ? Answer(Value::of(*matched)) : bad(call, matched.error().message());
  });
}
Answer clean(Call& call, Text p, Text os) {
  return on(call, os, [&](System s) -> Answer { return text(call, path::clean(p, s)); });
}
Answer toSlash(Call& call, Text p, Text os) {
  return on(call, os, [&](System s) -> Answer { return text(call, path::toSlash(p, s)); });
}
Answer fromSlash(Call& call, Text p, Text os) {
  return on(call, os, [&](System s) -> Answer { return text(call, path::fromSlash(p, s)); });
}
Answer ext(Call& call, Text p, Text os) {
  return on(call, os, [&](System s) -> Answer { return text(call, path::extension(p, s)); });
}
Answer resolve(Call& call, Text dir, Text sub, Text os) {
  return on(call, os, [&](System s) -> Answer {
    if (path::isAbsolute(sub, s)) return text(call, path::clean(sub, s));
    std::string base = path::clean(dir, s);
    std::array<Text, 2> parts = {base, sub};
    return text(call, path::join(parts, s));
  });
}
Answer rel(Call& call, Text base, Text target, Text os) {
  return on(call, os, [&](System s) -> Answer {
    auto relative = path::relative(base, target, s);
    return relative ? Answer(text(call, *relative)) : bad(call, relative.error().message());
  });
}
Answer base(Call& call, Text p, Text os) {
  return on(call, os, [&](System s) -> Answer { return text(call, path::base(p, s)); });
}
Answer dir(Call& call, Text p, Text os) {
  return on(call, os, [&](System s) -> Answer { return text(call, path::directory(p, s)); });
}
Answer isAbs(Call& call, Text p, Text os) {
  return on(call, os, [&](System s) -> Answer { return Value::of(path::isAbsolute(p, s)); });
}
Answer volumeName(Call& call, Text p, Text os) {
  return on(call, os, [&](System s) -> Answer { return text(call, p.substr(0, path::volumeLength(p, s))); });
}

constexpr Param kText{kString, Passing::Scalar};
constexpr Param kUnix{kString, Passing::Scalar, "unix"};
constexpr Param kWindows{kString, Passing::Scalar, "windows"};
constexpr Param kOneUnix[] = {kText, kUnix};
constexpr Param kOneGiven[] = {kText, kText};
constexpr Param kOneWindows[] = {kText, kWindows};
constexpr Param kTwoUnix[] = {kText, kText, kUnix};
constexpr Param kListUnix[] = {{kList, Passing::List}, kUnix};

constexpr Function with(Function entry, std::span<const Param> params) {
  entry.params = params;
  return entry;
}

constexpr Function kFunctions[] = {
    with(function<&split>("Split", kList), kOneUnix),
    with(function<&splitList>("SplitList", kList), kOneGiven),
    with(function<&join>("Join", kString), kListUnix),
    with(function<&match>("Match", kBool), kTwoUnix),
    with(function<&clean>("Clean", kString), kOneUnix),
    with(function<&toSlash>("ToSlash", kString), kOneGiven),
    with(function<&fromSlash>("FromSlash", kString), kOneGiven),
    with(function<&ext>("Ext", kString), kOneUnix),
    with(function<&resolve>("Resolve", kString), kTwoUnix),
    with(function<&rel>("Rel", kString), kTwoUnix),
    with(function<&base>("Base", kString), kOneUnix),
    with(function<&dir>("Dir", kString), kOneUnix),
    with(function<&isAbs>("IsAbs", kBool), kOneUnix),
    with(function<&volumeName>("VolumeName", kString), kOneWindows),
};

constexpr Constant kConstants[] = {{"Unix", "\"unix\""}, {"Windows", "\"windows\""}, {"Plan9", "\"plan9\""}};

}  // namespace

const Package kPathPackage{"path", kFunctions, kConstants, {}};

}  // namespace puppis::cue::builtin
