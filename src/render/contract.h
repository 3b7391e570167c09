// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"
#include "data/value.h"
#include "oam/application.h"
#include "oam/definition.h"
#include "render/render.h"

namespace puppis::render {

/// Names, namespace, labels and annotations that every object of a component gets, as KubeVela stamps them.
class Contract {
 public:
  Contract(const oam::Application& application, std::string component, const RenderContext& context);

  /// The component's main object. `type` is the component type as written.
  void stampWorkload(data::Value& object, const std::string& type) const;
  /// An object of `outputs`: of a trait, or of the component itself ("AuxiliaryWorkload"). One that is only
  /// for the control plane stays in the Application's namespace.
  void stampTrait(data::Value& object, const std::string& traitType, const std::string& outputName,
                  bool controlPlaneOnly) const;
  /// An object that a policy made.
  void stampPolicy(data::Value& object) const;

 private:
  void addLabels(data::Value& object, const data::Value& labels) const;
  void finish(data::Value& object, std::string_view resourceType, bool controlPlaneOnly) const;

  const oam::Application& application_;
  std::string component_;
  std::string namespace_;
  std::string home_;  ///< the Application's own namespace
  bool placed_;       ///< a topology says where objects go
  std::string appRevision_;
};

inline constexpr std::string_view kAuxiliaryWorkload = "AuxiliaryWorkload";

/// A definition's name as labels hold it: "webservice@v1" is "webservice-v1".
std::string labelType(std::string_view type);

/// Puts a reference to the workload where the trait's definition wants it (spec.workloadRefPath).
Status setWorkloadReference(data::Value& trait, const oam::Definition& definition,
                            const data::Value& workload);

}  // namespace puppis::render
