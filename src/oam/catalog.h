// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "oam/definition.h"

namespace puppis {
class Files;
}

namespace puppis::oam {

/// Where definitions are looked up. Implementations may be used by several threads at once.
class Catalog {
 public:
  virtual ~Catalog() = default;
  /// The definition of a type as an Application writes it, "webservice" or "webservice@v1.2.3" (the major or
  /// minor version alone takes the newest below it). NotFound, with the nearest name, when there is none;
  /// whatever made a definition unreadable otherwise.
  [[nodiscard]] virtual Result<std::shared_ptr<const Definition>> find(DefinitionKind kind,
                                                                       std::string_view type) const = 0;
  /// The names of a kind, sorted.
  [[nodiscard]] virtual std::vector<std::string> names(DefinitionKind kind) const = 0;
};

/// Definitions in memory. add() must not run beside look-ups.
class MemoryCatalog final : public Catalog {
 public:
  /// Replaces one of the same kind, name and version.
  void add(std::shared_ptr<const Definition> definition);
  [[nodiscard]] Result<std::shared_ptr<const Definition>> find(DefinitionKind kind,
                                                               std::string_view type) const override;
  [[nodiscard]] std::vector<std::string> names(DefinitionKind kind) const override;

 private:
  std::map<std::pair<DefinitionKind, std::string>, std::vector<std::shared_ptr<const Definition>>>
      definitions_;
};

/// The definitions built into the program, read on first use.
class BuiltInCatalog final : public Catalog {
 public:
  explicit BuiltInCatalog(std::shared_ptr<cue::Runtime> runtime) : runtime_(std::move(runtime)) {}
  [[nodiscard]] Result<std::shared_ptr<const Definition>> find(DefinitionKind kind,
                                                               std::string_view type) const override;
  [[nodiscard]] std::vector<std::string> names(DefinitionKind kind) const override;

 private:
  std::shared_ptr<cue::Runtime> runtime_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::shared_ptr<const Definition>, std::less<>> read_;  // by embedded path
};

/// Several catalogs, the first that has a definition wins. An error other than NotFound stops the search.
class LayeredCatalog final : public Catalog {
 public:
  explicit LayeredCatalog(std::vector<std::shared_ptr<const Catalog>> layers) : layers_(std::move(layers)) {}
  [[nodiscard]] Result<std::shared_ptr<const Definition>> find(DefinitionKind kind,
                                                               std::string_view type) const override;
  [[nodiscard]] std::vector<std::string> names(DefinitionKind kind) const override;

 private:
  std::vector<std::shared_ptr<const Catalog>> layers_;
};

/// Splits "name@v1.2.3" into name and version without the v; the version is empty when there is none.
std::pair<std::string, std::string> splitVersion(std::string_view type);

/// Whether a CUE file belongs to a package: then definitions import it, and it is none itself.
bool isPackage(const std::shared_ptr<const SourceFile>& source);

/// Reads every definition below `path` (a .yaml, .yml or .cue file, or a directory). Faulty files are all
/// reported. Objects of other kinds go to `others`, for ref-objects and the like.
Result<std::shared_ptr<const MemoryCatalog>> loadDefinitions(Files& files,
                                                             const std::vector<std::string>& paths,
                                                             cue::Runtime& runtime,
                                                             std::vector<data::Value>* others = nullptr);

}  // namespace puppis::oam
