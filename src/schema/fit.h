// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "cue/cue.h"
#include "data/path.h"
#include "data/value.h"

namespace puppis::schema {

/// One way in which a value does not fit a declaration, in the words of whoever wrote the value.
struct Misfit {
  enum class Kind : std::uint8_t {
    Wrong,       ///< a value of the wrong kind, or outside what is allowed
    Missing,     ///< a field that must be given
    Undeclared,  ///< a field that a closed declaration does not have
  };
  Kind kind = Kind::Wrong;
  data::Path path;                 ///< from the declared value on
  std::string name;                ///< of Missing and Undeclared: the field
  data::Mark mark;                 ///< the value, the key of an undeclared field, the map that lacks a field
  std::string expected;            ///< "int", "\"TCP\", \"UDP\" or \"SCTP\"", "one of image, ports"
  std::string found;               ///< what was written, shortened
  std::string suggestion;          ///< the nearest right name or word; may be empty
  std::vector<Location> declared;  ///< where the declaration stands
};

/// Every way in which `given` does not fit `declaration`, the `parameter` of a template with nothing bound.
/// Of a disjunction the alternative that comes nearest is held against it. It explains: that a value is valid
/// only the engine can say, since a template may ask for more than its declaration does.
std::vector<Misfit> misfits(const cue::Value& declaration, const data::Value& given);

/// The names a declaration has, at any depth, to tell whoever writes one that it does not have.
struct DeclaredNames {
  bool open = true;  ///< takes any name, or is no object
  std::vector<std::string> names;
  std::vector<DeclaredNames> below;    ///< as many as names
  std::vector<DeclaredNames> element;  ///< of a list: one; else none
};
/// Alternatives are taken together.
DeclaredNames declaredNames(const cue::Value& declaration);

/// What is given without being declared, in declarations that CUE takes for open.
std::vector<Misfit> undeclared(const DeclaredNames& names, const data::Value& given);

/// A declaration in a few words: "int from 1 to 65535", "a list", "\"a\" or \"b\"".
std::string describeExpected(const cue::Value& declaration);

}  // namespace puppis::schema
