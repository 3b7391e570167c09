// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace puppis::cue {

/// How a file is written.
enum class Encoding { Cue, Json, JsonLines, Yaml, Toml, Text, Binary };
std::string_view encodingName(Encoding encoding);

/// A file named on a command line, with what its name or the qualifier before it says of it.
struct InputFile {
  std::string path;  ///< "-" for standard input and output
  Encoding encoding = Encoding::Cue;
  std::string interpretation;  ///< "openapi", "jsonschema"; empty for plain data
};

/// The arguments of a command: packages ("./...", ".", "x.com/y", "./d:name") and files. A qualifier
/// ("json:") holds for all files behind it.
struct InputArguments {
  std::vector<std::string> packages;
  std::vector<InputFile> files;
};
Result<InputArguments> parseInputs(const std::vector<std::string>& arguments);

/// One file, possibly with a qualifier: "out.json", "yaml:-". `fallback` is the encoding of "-" without one.
Result<InputFile> parseFile(std::string_view text, Encoding fallback);

/// True if the argument names a package rather than a file.
bool isPackageArgument(std::string_view argument);

/// "x.com/y@v1:name" in parts.
struct ImportPath {
  std::string path;  ///< without version and qualifier
  std::string version;
  std::string qualifier;  ///< the package's name; the last element of the path unless given
  bool explicitQualifier = false;
};
ImportPath parseImportPath(std::string_view text);

}  // namespace puppis::cue
