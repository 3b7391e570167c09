// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/result.h"
#include "base/source.h"
#include "cue/cue.h"
#include "cue/load/input_file.h"
#include "cue/syntax/ast.h"

namespace puppis::cue {

struct LoadOptions {
  std::string directory;          ///< the absolute working directory; names are shown relative to it
  std::string standardInput;      ///< what "-" reads
  std::vector<std::string> tags;  ///< of -t
  std::map<std::string, std::string> variables;  ///< of -T
  std::string package;                           ///< choose this package; "*" all, "_" files without one
  bool tests = false;                            ///< take _test.cue files
  bool tools = false;                            ///< take _tool.cue files
  bool allFiles = false;                         ///< also those whose @if does not hold
  bool dataFiles = false;                        ///< packages may consist of data files only
};

/// A data file that belongs to an instance and was not merged into it.
struct DataFile {
  InputFile file;
  std::shared_ptr<const SourceFile> source;
};

/// A package, or the files that were named on the command line.
struct Instance {
  std::string importPath;  ///< "example.com/x/y:name"; empty outside of a module
  std::string packageName;
  std::string directory;   ///< absolute
  bool userFiles = false;  ///< made of files named on the command line
  std::vector<std::shared_ptr<const File>> files;
  std::vector<DataFile> dataFiles;
};

/// A module: where it is, what it is called, and which version of the language it is written in.
struct Module {
  std::string root;             ///< absolute; empty without a module
  std::string path;             ///< "example.com/x"
  std::string languageVersion;  ///< "v0.9.0"; empty for the newest
};

/// Finds packages and files and reads them: `cue` arguments in, syntax trees out. For one command; it must
/// outlive the Runtime that importer() was set on.
class Loader {
 public:
  Loader(Files& files, LoadOptions options);
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  /// The instances of the arguments ("." without any): packages first, then one of all named files.
  Result<std::vector<Instance>> load(const std::vector<std::string>& arguments);
  [[nodiscard]] const Module& module() const;

  /// Supplies packages of the module and of cue.mod/{gen,pkg,usr} to `runtime`, which compiles them.
  [[nodiscard]] Importer importer(std::weak_ptr<Runtime> runtime);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace puppis::cue
