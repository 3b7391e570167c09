// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/arena.h"
#include "cue/compile/ir.h"
#include "cue/compile/symbols.h"
#include "cue/cue.h"

// What a Runtime and a Program are made of, for the rest of this room.

namespace puppis::cue {

/// Compiled patterns, shared by all evaluations; bounded.
class RegexpCache {
 public:
  struct Entry;
  RegexpCache();
  ~RegexpCache();
  std::shared_ptr<const Entry> get(std::string_view pattern);

 private:
  std::shared_mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const Entry>> entries_;
};

/// Memory of finished evaluations, to be used by the next ones. Bounded.
class ArenaPool {
 public:
  Arena take();
  void give(Arena arena);

 private:
  std::mutex mutex_;
  std::vector<Arena> arenas_;
};

struct Runtime::Impl {
  Symbols symbols;
  ArenaPool arenas;
  RegexpCache regexps;
  Importer importer;
  std::mutex packagesMutex;
  /// The standard packages that were asked for.
  std::unordered_map<std::string, std::shared_ptr<const Program>> standard;
};

/// A package as the compiler leaves it.
class CompiledProgram final : public Program {
 public:
  [[nodiscard]] bool mayCallProviders() const override { return mayCallProviders_; }
  [[nodiscard]] std::string_view packageName() const override { return packageName_; }
  [[nodiscard]] std::span<const std::shared_ptr<const File>> files() const override { return files_; }
  [[nodiscard]] bool declares(std::string_view label) const override;

  /// One struct literal a file, unified with each other.
  std::vector<ir::StructLit*> roots;
  /// An expression instead of files; evaluated in a scope.
  ir::Expr* expression = nullptr;

  Arena arena{8 * 1024};
  std::vector<std::unique_ptr<ir::Unit>> units;
  std::vector<std::shared_ptr<const File>> files_;
  std::vector<std::shared_ptr<const Program>> imports;
  std::string packageName_;
  std::string importPath;
  std::vector<Feature> openLabels;  ///< names that are `_` until bound
  std::vector<std::string> declared;
  bool mayCallProviders_ = false;
};

/// The Program of a standard package, or null. Compiled when first asked for.
std::shared_ptr<const Program> standardPackage(Runtime& runtime, std::string_view path);

namespace eval {
class Context;
struct Vertex;
/// A new root Vertex for a package.
Vertex* instantiateProgram(Context& ctx, const Program& program);
}  // namespace eval

}  // namespace puppis::cue
