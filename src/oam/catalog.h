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
  /// The definition of a type as an Application writes it: "webservice", "webservice@v1.2.3" (its version) or
  /// "webservice@v3" (its third revision). NotFound, with the nearest name, when there is none; whatever made
  /// a definition unreadable otherwise.
  [[nodiscard]] virtual Result<std::shared_ptr<const Definition>> find(DefinitionKind kind,
                                                                       std::string_view type) const = 0;
  /// The names of a kind, sorted.
  [[nodiscard]] virtual std::vector<std::string> names(DefinitionKind kind) const = 0;
  /// What may stand behind "NAME@v" for a definition: versions and revisions, in no order.
  [[nodiscard]] virtual std::vector<std::string> versions(DefinitionKind /*kind*/,
                                                          std::string_view /*name*/) const {
    return {};
  }
};

/// Definitions in memory. add() must not run beside look-ups.
class MemoryCatalog final : public Catalog {
 public:
  /// Replaces one of the same kind, name and version.
  void add(std::shared_ptr<const Definition> definition);
  /// A definition as a DefinitionRevision of this name ("webservice-v3") keeps it.
  void addRevision(std::string revision, std::shared_ptr<const Definition> definition);
  [[nodiscard]] Result<std::shared_ptr<const Definition>> find(DefinitionKind kind,
                                                               std::string_view type) const override;
  [[nodiscard]] std::vector<std::string> names(DefinitionKind kind) const override;
  [[nodiscard]] std::vector<std::string> versions(DefinitionKind kind, std::string_view name) const override;

 private:
  using Key = std::pair<DefinitionKind, std::string>;
  std::map<Key, std::vector<std::shared_ptr<const Definition>>> definitions_;
  std::map<Key, std::shared_ptr<const Definition>> revisions_;  ///< by the revision's name
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
  [[nodiscard]] std::vector<std::string> versions(DefinitionKind kind, std::string_view name) const override;

 private:
  std::vector<std::shared_ptr<const Catalog>> layers_;
};

/// A catalog in which a part of a version ("webservice@v1", "webservice@v1.2") stands for the newest version
/// that begins so, when nothing is called exactly that: what Applications with the annotation
/// `app.oam.dev/autoUpdate: "true"` see (followsNewest() says which do). Others see `inner` as it is.
class NewestCatalog final : public Catalog {
 public:
  /// `inner` must outlive this.
  NewestCatalog(const Catalog& inner, bool enabled) : inner_(inner), enabled_(enabled) {}
  [[nodiscard]] Result<std::shared_ptr<const Definition>> find(DefinitionKind kind,
                                                               std::string_view type) const override;
  [[nodiscard]] std::vector<std::string> names(DefinitionKind kind) const override {
    return inner_.names(kind);
  }
  [[nodiscard]] std::vector<std::string> versions(DefinitionKind kind, std::string_view name) const override {
    return inner_.versions(kind, name);
  }

 private:
  const Catalog& inner_;
  bool enabled_;
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
