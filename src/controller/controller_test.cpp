// SPDX-License-Identifier: Apache-2.0
#include "controller/controller.h"

#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "controller/types.h"
#include "kube/memory_client.h"
#include "kube/object.h"

namespace puppis::controller {
namespace {

using data::Value;

const kube::Gvr kConfigMaps{"", "v1", "configmaps"};

/// Renders a component into one ConfigMap for each name in properties.names, with properties.value in it. A
/// ConfigMap is healthy unless its data.healthy is "no", which the property "sick" makes it. Names in
/// properties.early and properties.late are those of traits of the stages PreDispatch and PostDispatch. The
/// property "broken" is an error.
class FakeEngine final : public Engine {
 public:
  FakeEngine() {
    auto definition = std::make_shared<oam::Definition>();
    definition->name = "maps";
    definition_ = definition;
    for (auto [key, stage] : {std::pair("early", "PreDispatch"), std::pair("late", "PostDispatch")}) {
      auto trait = std::make_shared<oam::Definition>();
      trait->name = key;
      trait->stage = stage;
      traits_[key] = trait;
    }
  }
  Result<render::Rendered> render(const oam::Application& application, const oam::Catalog&,
                                  const render::RenderContext&) override {
    ++renders;
    render::Rendered out;
    for (const auto& component : application.components) {
      if (component.properties.has("broken")) return fail(ErrorCode::InvalidArgument, "broken");
      render::RenderedComponent rendered;
      rendered.name = component.name;
      rendered.type = component.type;
      rendered.definition = definition_;
      for (const auto& name : component.properties.get("names").elements()) {
        render::Resource resource;
        resource.object =
            Value::object({{"apiVersion", "v1"},
                           {"kind", "ConfigMap"},
                           {"metadata", Value::object({{"name", name}})},
                           {"data", Value::object({{"v", component.properties.get("value")}})}});
        if (!rendered.resources.empty()) {
          resource.role = render::Resource::Role::Trait;
          resource.traitType = "AuxiliaryWorkload";
          resource.outputName = name.asString();
        }
        if (component.properties.has("sick")) resource.object["data"].set("healthy", "no");
        rendered.resources.push_back(std::move(resource));
      }
      for (const auto& [key, definition] : traits_) {
        for (const auto& name : component.properties.get(key).elements()) {
          render::Resource resource;
          resource.object = Value::object({{"apiVersion", "v1"},
                                           {"kind", "ConfigMap"},
                                           {"metadata", Value::object({{"name", name}})},
                                           {"data", Value::object({{"v", key}})}});
          resource.role = render::Resource::Role::Trait;
          resource.traitType = key;
          resource.definition = definition;
          rendered.resources.push_back(std::move(resource));
          rendered.traits.push_back({key, Value(), definition});
        }
      }
      out.components.push_back(std::move(rendered));
    }
    return out;
  }
  render::LiveStatus evaluate(const oam::Definition&, const Value&,
                              const render::StatusContext& context) override {
    render::LiveStatus out;
    out.healthy = context.output.get("data", "healthy").asString() != "no";
    if (!out.healthy) out.message = "not healthy";
    return out;
  }

  int renders = 0;

 private:
  std::shared_ptr<const oam::Definition> definition_;
  std::map<std::string, std::shared_ptr<const oam::Definition>> traits_;
};

Value component(const std::string& name, const std::vector<std::string>& objects,
                const std::string& value = "1") {
  Value names = Value::array();
  for (const auto& object : objects) names.push(object);
  return Value::object({{"name", name},
                        {"type", "maps"},
                        {"properties", Value::object({{"names", std::move(names)}, {"value", value}})}});
}

Value application(const std::string& name, std::vector<Value> components) {
  return Value::object({{"apiVersion", "core.oam.dev/v1beta1"},
                        {"kind", "Application"},
                        {"metadata", Value::object({{"name", name}, {"namespace", "d"}})},
                        {"spec", Value::object({{"components", Value::array(std::move(components))}})}});
}

class ControllerTest : public testing::Test {
 protected:
  ControllerTest() { restart(); }

  void restart() {
    controller.reset();
    controller = std::make_unique<Controller>(client, clock, log, engine,
                                              std::make_shared<oam::MemoryCatalog>(), ControllerOptions{});
  }
  /// Runs until only an event would bring more.
  void settle() {
    for (int i = 0; i < 200; ++i) {
      auto due = controller->runReady();
      if (!due) return;
      clock.advance(*due);
    }
    FAIL() << "the controller does not come to rest";
  }
  void put(const std::string& name, std::vector<Value> components) {
    Value object = application(name, std::move(components));
    if (client.get(kApplications, {"d", name})) {
      ASSERT_TRUE(client.patch(kApplications, {"d", name}, kube::PatchType::Merge,
                               Value::object({{"spec", object.get("spec")}})));
    } else {
      ASSERT_TRUE(client.create(kApplications, "d", object));
    }
  }
  Value app(const std::string& name) {
    auto found = client.get(kApplications, {"d", name});
    return found ? *found : Value();
  }
  std::string phase(const std::string& name) { return app(name).get("status", "status").asString(); }
  std::set<std::string> maps() {
    std::set<std::string> out;
    auto list = client.list(kConfigMaps, "");
    EXPECT_TRUE(list.has_value());
    for (const auto& item : list->items)
      out.insert(kube::name(item) + "=" + item.get("data", "v").asString());
    return out;
  }
  std::size_t count(const std::string& verb, const kube::Gvr& type) {
    std::size_t out = 0;
    for (const auto& call : client.calls()) out += call.verb == verb && call.type == type ? 1U : 0U;
    return out;
  }
  Value tracker() {
    auto list = client.list(kResourceTrackers, "");
    return list && !list->items.empty() ? list->items.front() : Value();
  }

  ManualClock clock;
  SeededRandom random{1};
  NullLog log;
  kube::MemoryClient client{clock, random};
  FakeEngine engine;
  std::unique_ptr<Controller> controller;
};

using Set = std::set<std::string>;

TEST_F(ControllerTest, DeliversAndReports) {
  settle();
  put("shop", {component("front", {"a", "b"})});
  client.forgetCalls();
  settle();
  std::size_t requests = client.calls().size();
  // Finalizer, revision, inventory, two objects, inventory with uids, status, how the revision's delivery
  // went; the first use of a type lists and watches.
  EXPECT_LE(requests, 10U);
  EXPECT_EQ(maps(), (Set{"a=1", "b=1"}));
  Value shop = app("shop");
  EXPECT_EQ(phase("shop"), "running");
  EXPECT_TRUE(kube::hasFinalizer(shop, kFinalizer));
  EXPECT_EQ(shop.get("status", "latestRevision", "name").asString(), "shop-v1");
  EXPECT_EQ(shop.get("status", "services").at(0).get("healthy").asBool(), true);
  EXPECT_EQ(shop.get("status", "appliedResources").size(), 2U);
  EXPECT_TRUE(client.get(kApplicationRevisions, {"d", "shop-v1"}));
  for (const auto& one : tracker().get("spec", "managedResources").elements()) {
    EXPECT_FALSE(one.get("uid").asString().empty());
  }
  auto made = client.get(kConfigMaps, {"d", "a"});
  EXPECT_EQ(kube::label(*made, deliver::kAppName), "shop");
  EXPECT_EQ(kube::label(*made, deliver::kAppNamespace), "d");
}

TEST_F(ControllerTest, TheInventoryIsOnRecordBeforeAnythingIsMade) {
  settle();
  bool recorded = false;
  client.fault = [&](const kube::MemoryClient::Call& call) -> std::optional<Error> {
    if (call.verb == "create" && call.type == kResourceTrackers) recorded = true;
    bool makes = call.verb == "create" && call.type == kConfigMaps;
    EXPECT_TRUE(!makes || recorded);
    return std::nullopt;
  };
  put("shop", {component("front", {"a"})});
  settle();
  EXPECT_TRUE(recorded);
}

TEST_F(ControllerTest, RestWithoutEventsAndNothingAfterARestart) {
  put("shop", {component("front", {"a", "b"})});
  settle();
  client.forgetCalls();
  settle();
  EXPECT_TRUE(client.calls().empty());
  restart();
  settle();
  for (const auto& call : client.calls()) {
    EXPECT_TRUE(call.verb == "list" || call.verb == "watch") << call.verb << " " << call.type.str();
  }
}

TEST_F(ControllerTest, EditsAreRolledOutAndLeftoversGo) {
  put("shop", {component("front", {"a", "b"})});
  settle();
  put("shop", {component("front", {"a", "c"}, "2")});
  settle();
  EXPECT_EQ(maps(), (Set{"a=2", "c=2"}));
  EXPECT_EQ(app("shop").get("status", "latestRevision", "name").asString(), "shop-v2");
  EXPECT_EQ(tracker().get("spec", "managedResources").size(), 2U);
}

TEST_F(ControllerTest, DriftIsRepairedWithOneRequest) {
  put("shop", {component("front", {"a", "b"})});
  settle();
  ASSERT_TRUE(client.remove(kConfigMaps, {"d", "a"}));
  settle();
  EXPECT_EQ(maps(), (Set{"a=1", "b=1"}));
  Value drift = Value::object({{"data", Value::object({{"v", "hacked"}})}});
  ASSERT_TRUE(client.patch(kConfigMaps, {"d", "b"}, kube::PatchType::Merge, drift));
  client.forgetCalls();
  settle();
  EXPECT_EQ(client.calls().size(), 1U);
  EXPECT_EQ(maps(), (Set{"a=1", "b=1"}));
}

TEST_F(ControllerTest, DeletionTakesAllThatIsOursAndNothingElse) {
  Value stranger = Value::object({{"apiVersion", "v1"},
                                  {"kind", "ConfigMap"},
                                  {"metadata", Value::object({{"name", "stranger"}})},
                                  {"data", Value::object({{"v", "x"}})}});
  ASSERT_TRUE(client.create(kConfigMaps, "d", stranger));
  // Looks like ours, but no record names it.
  Value copy = stranger;
  copy["metadata"].set("name", "copy");
  kube::setLabel(copy, deliver::kAppName, "shop");
  kube::setLabel(copy, deliver::kAppNamespace, "d");
  ASSERT_TRUE(client.create(kConfigMaps, "d", copy));
  put("shop", {component("front", {"a", "b"})});
  put("other", {component("front", {"o"})});
  settle();
  ASSERT_TRUE(client.remove(kApplications, {"d", "shop"}));
  settle();
  EXPECT_TRUE(app("shop").isNull());
  EXPECT_EQ(maps(), (Set{"stranger=x", "copy=x", "o=1"}));
  auto trackers = client.list(kResourceTrackers, "");
  EXPECT_EQ(trackers->items.size(), 1U);
}

TEST_F(ControllerTest, OrphansStayWithoutOurLabels) {
  put("shop", {component("front", {"a"})});
  settle();
  Value shop = app("shop");
  kube::addFinalizer(shop, kOrphanFinalizer);
  ASSERT_TRUE(client.update(kApplications, {"d", "shop"}, shop));
  settle();
  ASSERT_TRUE(client.remove(kApplications, {"d", "shop"}));
  settle();
  EXPECT_TRUE(app("shop").isNull());
  EXPECT_EQ(maps(), (Set{"a=1"}));
  EXPECT_FALSE(kube::label(*client.get(kConfigMaps, {"d", "a"}), deliver::kAppName).has_value());
}

TEST_F(ControllerTest, ABadApplicationHarmsNeitherItselfNorOthers) {
  put("shop", {component("front", {"a"})});
  settle();
  Value broken = component("front", {"z"});
  broken["properties"].set("broken", true);
  put("shop", {broken});
  put("good", {component("front", {"g"})});
  settle();
  EXPECT_EQ(phase("shop"), "rendering");
  EXPECT_EQ(phase("good"), "running");
  EXPECT_EQ(maps(), (Set{"a=1", "g=1"})) << "what cannot be determined deletes nothing";
  put("shop", {component("front", {"b"})});
  settle();
  EXPECT_EQ(maps(), (Set{"b=1", "g=1"}));
}

TEST_F(ControllerTest, StrangersObjectsAreConflicts) {
  Value stranger = Value::object({{"apiVersion", "v1"},
                                  {"kind", "ConfigMap"},
                                  {"metadata", Value::object({{"name", "a"}})},
                                  {"data", Value::object({{"v", "precious"}})}});
  ASSERT_TRUE(client.create(kConfigMaps, "d", stranger));
  put("shop", {component("front", {"a", "b"})});
  for (int i = 0; i < 5; ++i) {
    if (auto due = controller->runReady()) clock.advance(*due);
  }
  EXPECT_EQ(maps(), (Set{"a=precious", "b=1"}));
  EXPECT_EQ(phase("shop"), "runningWorkflow");
  ASSERT_TRUE(client.remove(kApplications, {"d", "shop"}));
  settle();
  EXPECT_EQ(maps(), (Set{"a=precious"}));
}

TEST_F(ControllerTest, DependenciesComeFirst) {
  Value back = component("back", {"b"});
  back["properties"].set("value", "1");
  Value front = component("front", {"f"});
  front.set("dependsOn", Value::array({"back"}));
  client.fault = [](const kube::MemoryClient::Call& call) -> std::optional<Error> {
    if (call.verb == "create" && call.name.name == "b") return Error(ErrorCode::Forbidden, "not yet");
    return std::nullopt;
  };
  put("shop", {front, back});
  controller->runReady();
  EXPECT_EQ(maps(), Set{});
  EXPECT_EQ(phase("shop"), "runningWorkflow");
  client.fault = nullptr;
  settle();
  EXPECT_EQ(maps(), (Set{"b=1", "f=1"}));
  EXPECT_EQ(phase("shop"), "running");
}

TEST_F(ControllerTest, HealthIsSeenAndLost) {
  put("shop", {component("front", {"a"})});
  settle();
  Value sick = Value::object({{"data", Value::object({{"healthy", "no"}})}});
  ASSERT_TRUE(client.patch(kConfigMaps, {"d", "a"}, kube::PatchType::Merge, sick));
  settle();
  EXPECT_EQ(phase("shop"), "unhealthy");
  EXPECT_EQ(app("shop").get("status", "services").at(0).get("message").asString(), "not healthy");
  Value well = Value::object({{"data", Value::object({{"healthy", Value()}})}});
  ASSERT_TRUE(client.patch(kConfigMaps, {"d", "a"}, kube::PatchType::Merge, well));
  settle();
  EXPECT_EQ(phase("shop"), "running");
}

TEST_F(ControllerTest, TraitsOfTheStagesComeBeforeAndAfterTheRest) {
  Value front = component("front", {"w"});
  front["properties"].set("early", Value::array({"e"}));
  front["properties"].set("late", Value::array({"l"}));
  front["properties"].set("sick", true);
  std::vector<std::string> made;
  bool refuse = true;
  client.fault = [&](const kube::MemoryClient::Call& call) -> std::optional<Error> {
    if (call.verb != "create" || call.type != kConfigMaps) return std::nullopt;
    if (call.name.name == "e" && refuse) return Error(ErrorCode::Forbidden, "not yet");
    made.push_back(call.name.name);
    return std::nullopt;
  };
  put("shop", {front});
  controller->runReady();
  EXPECT_EQ(maps(), Set{});
  refuse = false;
  settle();
  // What is sick holds back what comes after it.
  EXPECT_EQ(made, (std::vector<std::string>{"e", "w"}));
  EXPECT_EQ(phase("shop"), "runningWorkflow");
  front["properties"].erase("sick");
  put("shop", {front});
  settle();
  EXPECT_EQ(made, (std::vector<std::string>{"e", "w", "l"}));
  EXPECT_EQ(phase("shop"), "running");
}

TEST_F(ControllerTest, APublishedVersionStaysUntilItGetsAnotherName) {
  put("shop", {component("front", {"a"})});
  auto publish = [&](const char* version) {
    Value annotations = Value::object();
    annotations.set(kPublishVersion, version);
    Value metadata = Value::object({{"annotations", std::move(annotations)}});
    ASSERT_TRUE(client.patch(kApplications, {"d", "shop"}, kube::PatchType::Merge,
                             Value::object({{"metadata", std::move(metadata)}})));
  };
  publish("one");
  settle();
  EXPECT_EQ(maps(), (Set{"a=1"}));
  put("shop", {component("front", {"a"}, "2")});
  settle();
  EXPECT_EQ(maps(), (Set{"a=1"}));
  restart();
  settle();
  EXPECT_EQ(maps(), (Set{"a=1"}));
  publish("two");
  settle();
  EXPECT_EQ(maps(), (Set{"a=2"}));
  std::string second = app("shop").get("status", "latestRevision", "name").asString();
  auto revision = client.get(kApplicationRevisions, {"d", second});
  ASSERT_TRUE(revision);
  EXPECT_EQ(kube::annotation(*revision, kPublishVersion), "two");
  // Another name is another revision, even of the same spec.
  publish("three");
  settle();
  EXPECT_NE(app("shop").get("status", "latestRevision", "name").asString(), second);
}

TEST_F(ControllerTest, WhoFollowsItsDefinitionsGetsTheirChanges) {
  auto define = [&](const char* name) {
    Value cue = Value::object({{"template", std::string("output: kind: \"") + name + "\""}});
    Value spec = Value::object({{"schematic", Value::object({{"cue", std::move(cue)}})}});
    Value object = Value::object({{"apiVersion", "core.oam.dev/v1beta1"},
                                  {"kind", "ComponentDefinition"},
                                  {"metadata", Value::object({{"name", "maps"}, {"namespace", "d"}})},
                                  {"spec", std::move(spec)}});
    const kube::Gvr type{"core.oam.dev", "v1beta1", "componentdefinitions"};
    if (client.get(type, {"d", "maps"})) {
      ASSERT_TRUE(client.patch(type, {"d", "maps"}, kube::PatchType::Merge,
                               Value::object({{"spec", object.get("spec")}})));
    } else {
      ASSERT_TRUE(client.create(type, "d", object));
    }
    settle();
  };
  auto revision = [&](const char* name) {
    return app(name).get("status", "latestRevision", "name").asString();
  };
  define("one");
  put("calm", {component("front", {"a"})});
  Value follower = application("eager", {component("front", {"b"})});
  kube::setAnnotation(follower, "app.oam.dev/autoUpdate", "true");
  ASSERT_TRUE(client.create(kApplications, "d", follower));
  settle();
  EXPECT_EQ(revision("calm"), "calm-v1");
  EXPECT_EQ(revision("eager"), "eager-v1");
  define("two");
  EXPECT_EQ(revision("calm"), "calm-v1");
  EXPECT_EQ(revision("eager"), "eager-v2");
  restart();
  settle();
  EXPECT_EQ(revision("eager"), "eager-v2");
}

TEST_F(ControllerTest, ApplyOnceLeavesDriftButNotNewForms) {
  Value policy = Value::object(
      {{"name", "once"}, {"type", "apply-once"}, {"properties", Value::object({{"enable", true}})}});
  auto putOnce = [&](const char* value) {
    Value object = application("shop", {component("front", {"a"}, value)});
    object["spec"].set("policies", Value::array({policy}));
    if (client.get(kApplications, {"d", "shop"})) {
      ASSERT_TRUE(client.patch(kApplications, {"d", "shop"}, kube::PatchType::Merge,
                               Value::object({{"spec", object.get("spec")}})));
    } else {
      ASSERT_TRUE(client.create(kApplications, "d", object));
    }
    settle();
  };
  putOnce("1");
  EXPECT_EQ(phase("shop"), "running");
  Value drift = Value::object({{"data", Value::object({{"v", "hacked"}})}});
  ASSERT_TRUE(client.patch(kConfigMaps, {"d", "a"}, kube::PatchType::Merge, drift));
  settle();
  EXPECT_EQ(maps(), (Set{"a=hacked"}));
  putOnce("2");
  EXPECT_EQ(maps(), (Set{"a=2"}));
}

TEST_F(ControllerTest, ASharedObjectOutlivesItsOwner) {
  auto putShared = [&](const std::string& name) {
    Value rule =
        Value::object({{"selector", Value::object({{"resourceTypes", Value::array({"ConfigMap"})}})}});
    Value policy = Value::object({{"name", "shared"},
                                  {"type", "shared-resource"},
                                  {"properties", Value::object({{"rules", Value::array({rule})}})}});
    Value object = application(name, {component("front", {"common"}, name)});
    object["spec"].set("policies", Value::array({policy}));
    ASSERT_TRUE(client.create(kApplications, "d", object));
    settle();
  };
  putShared("one");
  putShared("two");
  EXPECT_EQ(phase("two"), "running");
  EXPECT_EQ(maps(), (Set{"common=one"}));
  ASSERT_TRUE(client.remove(kApplications, {"d", "one"}));
  settle();
  EXPECT_TRUE(app("one").isNull());
  auto common = client.get(kConfigMaps, {"d", "common"});
  ASSERT_TRUE(common);
  EXPECT_EQ(kube::label(*common, deliver::kAppName), "two");
  ASSERT_TRUE(client.remove(kApplications, {"d", "two"}));
  settle();
  EXPECT_EQ(maps(), Set{});
}

TEST_F(ControllerTest, EventsDoNotRenderAgain) {
  put("shop", {component("front", {"a"})});
  settle();
  int renders = engine.renders;
  Value note = Value::object({{"data", Value::object({{"note", "x"}})}});
  ASSERT_TRUE(client.patch(kConfigMaps, {"d", "a"}, kube::PatchType::Merge, note));
  settle();
  EXPECT_EQ(engine.renders, renders);
}

/// Edits, accidents and restarts in any order. Whenever something is deleted, the Application as it stands in
/// the API does not want it; in the end exactly what it wants exists.
RC_GTEST_FIXTURE_PROP(ControllerTest, AnyHistoryEndsWell, ()) {
  std::set<std::string> wanted;
  bool alive = false;
  int faults = 0;
  std::set<std::string> badDeletes;
  client.fault = [&](const kube::MemoryClient::Call& call) -> std::optional<Error> {
    if (call.verb == "delete" && call.type == kConfigMaps && wanted.count(call.name.name) != 0) {
      badDeletes.insert(call.name.name);
    }
    bool writes = call.verb != "list" && call.verb != "watch";
    if (faults > 0 && writes && --faults % 3 == 0) return Error(ErrorCode::Unavailable, "away");
    return std::nullopt;
  };
  const std::vector<std::vector<std::string>> variants = {
      {"a", "b"}, {"a"}, {"b", "c"}, {"c"}, {"a", "b", "c"}};
  auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 40));
  for (int step : steps) {
    int kept = std::exchange(faults, 0);  // the user's own calls succeed
    if (step < 20) {
      const auto& names = variants[static_cast<std::size_t>(step) % variants.size()];
      if (!alive && !app("shop").isNull()) settle();  // the old one must be gone before there is a new one
      put("shop", {component("front", names, std::to_string(step % 2))});
      wanted = {names.begin(), names.end()};
      alive = true;
    } else if (step < 23) {
      RC_ASSERT((!alive || client.remove(kApplications, {"d", "shop"}).has_value()));
      alive = false;
      wanted.clear();
    } else if (step < 26) {
      std::string name(1, static_cast<char>('a' + step % 3));
      auto before = std::exchange(wanted, {});
      auto removed = client.remove(kConfigMaps, {"d", name});
      RC_ASSERT((removed.has_value() || removed.error().code() == ErrorCode::NotFound));
      wanted = std::move(before);
    } else if (step < 28) {
      restart();
    } else if (step < 30) {
      client.breakWatches(fail(ErrorCode::Unavailable, "cut"));
    } else if (step < 32) {
      kept += 9;
    } else {
      faults = kept;
      if (auto due = controller->runReady()) clock.advance(*due);
      kept = faults;
    }
    faults = kept;
  }
  faults = 0;
  settle();
  RC_ASSERT(badDeletes.empty());
  Set names;
  auto list = client.list(kConfigMaps, "");
  for (const auto& item : list->items) names.insert(kube::name(item));
  RC_ASSERT(names == wanted);
  auto trackers = client.list(kResourceTrackers, "");
  RC_ASSERT(trackers->items.size() == (alive ? 1U : 0U));
  RC_ASSERT((!alive || phase("shop") == "running"));
}

}  // namespace
}  // namespace puppis::controller
