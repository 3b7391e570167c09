// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/source.h"
#include "data/path.h"
#include "data/value.h"
#include "oam/diagnostics.h"

namespace puppis::oam {

/// A place in the document an Application came from: the file (null for one from an API) and a mark in it.
struct Place {
  std::shared_ptr<const SourceFile> source;
  data::Mark mark;
  data::Path path;
  /// An Error of this code at this place, with the document path.
  [[nodiscard]] Error error(ErrorCode code, std::string message) const;
  /// That failure at this place; its own places come after it.
  [[nodiscard]] Error error(const Error& of) const;
  /// A place inside what stands here: `object` is that value.
  [[nodiscard]] Place in(const data::Value& object, const data::Path& below) const;
};

struct Input {
  std::string from;
  std::string parameterKey;
};
struct Output {
  std::string name;
  std::string valueFrom;
};

struct Trait {
  std::string type;        ///< as written, with "@version" if there is one
  data::Value properties;  ///< an object, or null when there are none
  Place place;             ///< of the type
  Place propertiesPlace;   ///< of the key `properties`, else of the trait
  data::Value object;      ///< as written
};

struct Component {
  std::string name;
  std::string type;
  data::Value properties;
  std::string externalRevision;
  std::vector<std::string> dependsOn;
  std::vector<Input> inputs;
  std::vector<Output> outputs;
  std::vector<Trait> traits;
  data::Value object;  ///< the component in the API's form, for context.components
  Place place;
  Place typePlace;
  Place propertiesPlace;
};

struct Policy {
  std::string name;  ///< "TYPE-auto-gen-INDEX" when the user gave none
  std::string type;
  data::Value properties;  ///< null when there are none
  Place place;
  Place typePlace;
  Place propertiesPlace;
  data::Value object;  ///< as written
};

struct WorkflowStep {
  std::string name;
  std::string type;
  data::Value properties;
  std::string condition;  ///< `if`
  std::string timeout;
  std::vector<std::string> dependsOn;
  std::vector<Input> inputs;
  std::vector<Output> outputs;
  data::Value meta;
  std::string subStepsMode;  ///< of a step-group: "DAG", "StepByStep" or empty
  std::vector<WorkflowStep> subSteps;
  Place place;
  Place typePlace;
  Place propertiesPlace;
  data::Value object;  ///< as written
};

struct Workflow {
  std::string ref;
  std::string stepsMode;  ///< "DAG", "StepByStep" or empty
  std::string subStepsMode;
  std::vector<WorkflowStep> steps;
  bool hasSteps = false;
  Place place;
};

/// The user's unit: components with traits, policies, a workflow.
struct Application {
  std::string name;
  std::string namespace_;  ///< empty when the document gives none
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> annotations;
  std::vector<Component> components;
  std::vector<Policy> policies;
  std::optional<Workflow> workflow;
  data::Value rolloutPlan;  ///< the first form's plan, with targetSize and batchPartition
  /// The whole document in the v1beta1 form: older forms are rewritten, status and all other fields are kept.
  data::Value object;
  std::shared_ptr<const SourceFile> source;
};

/// Whether it wants the newest versions of its definitions (annotation `app.oam.dev/autoUpdate: "true"`).
bool followsNewest(const Application& application);

/// An Application out of its API object. `source` is the text its marks point into; null when it came from an
/// API. Takes v1beta1 and the first form (v1alpha2: `settings`, traits by `name`, properties inline beside
/// them). Everything wrong goes to `diagnostics`; the result is as complete as can be.
Application parseApplication(const data::Value& object, const std::shared_ptr<const SourceFile>& source,
                             Diagnostics& diagnostics);

/// Whether a key of an Appfile's service is a trait (and not a parameter of its component).
using IsTrait = std::function<bool(std::string_view)>;
/// An Appfile (`name:` and `services:`) as the Application it stands for, in the v1beta1 form with the file's
/// marks.
data::Value applicationOfAppfile(const data::Value& appfile, const std::shared_ptr<const SourceFile>& source,
                                 const IsTrait& isTrait, Diagnostics& diagnostics);
/// Whether a document is an Appfile.
bool isAppfile(const data::Value& document);

/// What the documents of files can hold beside an Application: policies and workflows it refers to.
struct ApplicationFiles {
  Application application;
  std::vector<data::Value> policies;   ///< core.oam.dev/v1alpha1 Policy objects
  std::vector<data::Value> workflows;  ///< core.oam.dev/v1alpha1 Workflow objects
};
/// Reads the documents of all sources (YAML, JSON being YAML). Exactly one must be an Application or Appfile.
/// A text that cannot be read at all is the Error; faults inside the documents go to `diagnostics`.
Result<ApplicationFiles> readApplicationFiles(const std::vector<std::shared_ptr<const SourceFile>>& sources,
                                              const IsTrait& isTrait, Diagnostics& diagnostics);

}  // namespace puppis::oam
