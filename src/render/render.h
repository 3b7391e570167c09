// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "data/value.h"
#include "oam/application.h"
#include "oam/catalog.h"

namespace puppis::cue {
class Runtime;
}

namespace puppis::render {

class World;  // render/world.h

/// The Kubernetes version of the target, for context.clusterVersion. A minor of 0 means unknown.
struct ClusterVersion {
  std::string major;
  std::int64_t minor = 0;
  std::string gitVersion;
  std::string platform;
};

/// What a render needs to know beside the Application and its definitions.
struct RenderContext {
  std::string
      namespace_;  ///< where the Application lives, when its document does not say; "default" if empty
  std::string appRevision;  ///< "web-v3"; empty in a dry run
  std::string cluster;      ///< target cluster; empty means not known
  std::string replicaKey;
  /// Namespace of the objects, when a topology or override sends them elsewhere.
  std::string targetNamespace;
  ClusterVersion clusterVersion;
  /// Component name to its revision hash, for context.revision; may be empty.
  std::map<std::string, std::string> componentRevisions;
  /// What one evaluation (a component or a trait) may use.
  std::chrono::milliseconds budgetTime{10'000};
  std::uint64_t budgetMemory = std::uint64_t{512} << 20;
  /// A property that a definition does not declare: an error for closed (our own) definitions by CUE's rules,
  /// and a warning for open ones when this is set.
  bool warnUndeclared = true;
  /// What templates may ask while they are rendered; null when a rendering is to depend on its input alone.
  World* world = nullptr;
  /// Makes it an error for every definition. The annotation
  /// `definition.oam.dev/undeclared-parameters: error` does so for one.
  bool strict = false;
};

/// One object and where it comes from.
struct Resource {
  data::Value object;
  enum class Role : std::uint8_t { Workload, Trait } role = Role::Workload;
  std::string traitType;   ///< trait.oam.dev/type: the trait, "AuxiliaryWorkload", or empty for the workload
  std::string outputName;  ///< its key in `outputs`; empty for the workload
  std::shared_ptr<const oam::Definition> definition;  ///< that made it
};

struct RenderedTrait {
  std::string type;
  data::Value properties;
  std::shared_ptr<const oam::Definition> definition;
};

struct RenderedComponent {
  std::string name;
  std::string type;
  data::Value properties;  ///< after override policies
  std::shared_ptr<const oam::Definition> definition;
  std::vector<RenderedTrait> traits;
  /// The workload first, then the outputs in the order of their making. With skipWorkload the first one is
  /// left out.
  std::vector<Resource> resources;
  bool workloadManagedByTrait = false;
};

struct RenderedPolicy {
  std::string name;
  std::vector<data::Value> objects;
};

struct Rendered {
  std::vector<RenderedComponent> components;
  std::vector<RenderedPolicy> policies;
  std::vector<Error> warnings;
  /// Every object in order.
  [[nodiscard]] std::vector<data::Value> objects() const;
};

/// Renders Applications. Compiled definitions are kept, keyed by their text, so that a Renderer that lives
/// long never compiles the same template twice; safe to share between threads.
class Renderer {
 public:
  explicit Renderer(std::shared_ptr<cue::Runtime> runtime);
  ~Renderer();
  Renderer(const Renderer&) = delete;
  Renderer& operator=(const Renderer&) = delete;

  /// The objects an Application becomes, without regard to topology and workflow: what a plan, a dry run and
  /// the controller all use. Reads nothing but its arguments. All faults of all components come in one Error.
  Result<Rendered> render(const oam::Application& application, const oam::Catalog& catalog,
                          const RenderContext& context);
  /// One component alone, as the apply-component step does.
  Result<RenderedComponent> renderComponent(const oam::Application& application,
                                            const oam::Component& component, const oam::Catalog& catalog,
                                            const RenderContext& context, std::vector<Error>& warnings);

  /// What can be said of an Application's policies and workflow steps without running them: whether their
  /// parameters fit what their definitions declare. Parameters that an input brings are not looked for.
  void checkParameters(const oam::Application& application, const oam::Catalog& catalog,
                       const RenderContext& context, oam::Diagnostics& diagnostics);

  /// A template on its own: those of output, outputs, patch, patchOutputs, errs that it yields, as data.
  Result<data::Value> renderTemplate(const oam::Definition& definition, const data::Value& parameter,
                                     const data::Value& context);

  [[nodiscard]] const std::shared_ptr<cue::Runtime>& runtime() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace puppis::render
