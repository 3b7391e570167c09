// SPDX-License-Identifier: Apache-2.0
#include "render/fitness.h"

#include <gtest/gtest.h>

namespace puppis::render {
namespace {

oam::Definition component(const std::string& apiVersion, const std::string& kind,
                          const std::string& type = "") {
  oam::Definition out;
  out.name = "web";
  out.workload = {apiVersion, kind, type};
  return out;
}

std::size_t faults(const std::vector<std::string>& applies, const oam::Definition& to,
                   const std::vector<std::string>& conflicts = {},
                   const std::vector<std::string>& others = {}) {
  oam::Definition trait;
  trait.name = "t";
  trait.appliesToWorkloads = applies;
  trait.conflictsWith = conflicts;
  return unfit(trait, to, others).size();
}

TEST(Fitness, TraitsSayWhatTheyAreFor) {
  oam::Definition deployment = component("apps/v1", "Deployment");
  EXPECT_EQ(faults({}, deployment), 0U);
  EXPECT_EQ(faults({"*"}, deployment), 0U);
  EXPECT_EQ(faults({"deployments.apps"}, deployment), 0U);
  EXPECT_EQ(faults({"*.apps"}, deployment), 0U);
  EXPECT_EQ(faults({"web"}, deployment), 0U);
  EXPECT_EQ(faults({"jobs.batch", "*.batch", "worker"}, deployment), 1U);
  EXPECT_EQ(faults({"ingresses.networking.k8s.io"}, component("networking.k8s.io/v1", "Ingress")), 0U);
  EXPECT_EQ(faults({"policies.x.io"}, component("x.io/v1", "Policy")), 0U);
  EXPECT_EQ(faults({"jobs.batch"}, component("", "", "jobs.batch")), 0U);
  // What a component makes is not always known.
  EXPECT_EQ(faults({"jobs.batch"}, component("", "", "autodetects.core.oam.dev")), 0U);
}

TEST(Fitness, TraitsSayWhatTheyDoNotGoWith) {
  oam::Definition deployment = component("apps/v1", "Deployment");
  EXPECT_EQ(faults({}, deployment, {"scaler"}, {"labels", "scaler@v1"}), 1U);
  EXPECT_EQ(faults({}, deployment, {"scaler"}, {"labels"}), 0U);
  EXPECT_EQ(faults({}, deployment, {"*.keda.sh"}, {"scaledobjects.keda.sh"}), 1U);
}

}  // namespace
}  // namespace puppis::render
