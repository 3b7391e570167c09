// SPDX-License-Identifier: Apache-2.0
#include "controller/reconciler.h"

#include <algorithm>

#include "base/strings.h"
#include "controller/holds.h"
#include "controller/types.h"
#include "data/json.h"
#include "data/merge_patch.h"
#include "deliver/merge.h"
#include "kube/object.h"

namespace puppis::controller {

using data::Value;
using deliver::ObjectId;
using deliver::Verb;

namespace {

constexpr Nanos kListTimeout = std::chrono::seconds(30);
constexpr int kMostRounds = 32;

std::uint64_t digest(const Value& value) {
  return fnv1a(data::toJson(value, {.sortKeys = true}));
}

/// What of an object tells whether it was changed: not its status, versions and field managers.
std::uint64_t contentDigest(Value object) {
  object.erase("status");
  for (const char* field : {"resourceVersion", "generation", "managedFields"})
    object["metadata"].erase(field);
  return digest(object);
}

bool onlyRevisionLabels(const std::vector<data::Change>& changes) {
  return !changes.empty() && std::all_of(changes.begin(), changes.end(), [](const data::Change& change) {
    const auto& steps = change.path.steps();
    if (steps.size() != 3) return false;
    const auto* where = std::get_if<std::string>(&steps[1]);
    const auto* key = std::get_if<std::string>(&steps[2]);
    return where != nullptr && *where == "labels" && key != nullptr &&
           (*key == deliver::kAppRevision || *key == deliver::kAppRevisionHash);
  });
}

}  // namespace

/// One reconciliation of one Application.
struct Reconciler::Run {
  Run(Environment& environment, Value object, Memory& remembered)
      : env(environment),
        application(std::move(object)),
        memory(remembered),
        owner{kube::namespaceOf(application), kube::name(application), kube::uid(application)} {}

  Environment& env;
  Value application;
  Memory& memory;
  deliver::Owner owner;
  Findings findings;
  /// What calls of this run showed, which the mirror may not have or may not hold at all (objects without our
  /// labels).
  std::map<ObjectId, std::optional<Value>> seen;
  bool retry = false;

  // ---------------------------------------------------------------- what is wanted

  void stopAt(Stage stage, Error error) {
    findings.stage = stage;
    findings.error = std::move(error);
  }

  /// Makes `memory` say what the Application wants, if it does not yet. Whether it is known.
  bool prepare() {
    // A kind that was not served may be by now.
    bool same = !(memory.wish && memory.wish->unserved) && memory.spec == application.get("spec") &&
                memory.labels == application.get("metadata", "labels") &&
                memory.annotations == application.get("metadata", "annotations");
    if (!same || !memory.wish) {
      memory.wish.reset();
      memory.error.reset();
      memory.stage = Stage::Parse;
      Status made = render();
      memory.spec = application.get("spec");
      memory.labels = application.get("metadata", "labels");
      memory.annotations = application.get("metadata", "annotations");
      if (!made) memory.error = made.error();
    }
    findings.revision = memory.revision;
    if (memory.error) {
      // Not what the user wrote but the API stood in the way: that passes.
      ErrorCode code = memory.error->code();
      retry = code == ErrorCode::Unavailable || code == ErrorCode::Timeout || code == ErrorCode::Conflict ||
              (code == ErrorCode::NotFound && namesVersions());
      stopAt(memory.stage, *memory.error);
      if (retry) memory.spec = Value();
    }
    return memory.wish != nullptr;
  }

  /// Whether a type is asked for by version. Its DefinitionRevision comes a moment after the definition, and
  /// no event tells of it.
  [[nodiscard]] bool namesVersions() const {
    const auto& components = application.get("spec", "components").elements();
    return std::any_of(components.begin(), components.end(), [](const Value& component) {
      auto versioned = [](const Value& one) {
        return one.get("type").asString().find("@v") != std::string::npos;
      };
      const auto& traits = component.get("traits").elements();
      return versioned(component) || std::any_of(traits.begin(), traits.end(), versioned);
    });
  }

  /// The revision that was published under the name the Application still has: as long as that stays, its
  /// spec may change without effect.
  Result<std::optional<Value>> published() {
    std::string version = kube::annotation(application, kPublishVersion).value_or("");
    Revision latest = latestRevision(application);
    if (version.empty() || latest.number == 0) return std::nullopt;
    auto found = env.client.get(kApplicationRevisions, {owner.ns, latest.name});
    if (!found && found.error().code() != ErrorCode::NotFound) return fail(found.error());
    if (!found || kube::annotation(*found, kPublishVersion) != version) return std::nullopt;
    return std::optional<Value>(std::move(*found));
  }

  Status render() {
    oam::Diagnostics diagnostics;
    TRY(std::optional<Value> pinned, published());
    Value subject = application;
    if (pinned) subject.set("spec", pinned->get("spec", "application").get("spec"));
    oam::Application parsed = oam::parseApplication(subject, nullptr, diagnostics);
    if (!diagnostics.ok()) return fail(diagnostics.combined());
    memory.stage = Stage::Revision;
    std::shared_ptr<const oam::Catalog> catalog = env.definitions.catalogFor(owner.ns);
    if (pinned) {
      TRY(auto kept, definitionsOf(*pinned));
      catalog = std::make_shared<oam::LayeredCatalog>(
          std::vector<std::shared_ptr<const oam::Catalog>>{kept, catalog});
      memory.revision = latestRevision(application);
    } else {
      TRY_VOID(chooseRevision(parsed, catalog));
    }
    memory.stage = Stage::Render;
    oam::ApplicationFiles files;
    files.application = std::move(parsed);
    TRY(Wish wish, makeWish(env.engine, env.client, env.mapper, files, *catalog, owner, memory.revision->name,
                            env.version));
    for (const auto& warning : wish.warnings) {
      env.log.warn("rendering warns", {{"application", owner.str()}, {"warning", warning.str()}});
    }
    memory.settled.clear();
    memory.wish = std::make_shared<const Wish>(std::move(wish));
    return {};
  }

  /// Sets memory.revision: the latest when nothing changed, else the next, put on record. An Application that
  /// we meet with its status up to date although the definitions changed stays with those of its revision.
  Status chooseRevision(const oam::Application& parsed, std::shared_ptr<const oam::Catalog>& catalog) {
    Revision latest = latestRevision(application);
    auto definitions = usedDefinitions(parsed, *catalog);
    std::string hash = revisionHash(application, definitions);
    if (latest.number > 0 && latest.hash == hash) {
      memory.revision = latest;
      return {};
    }
    bool unchanged =
        application.get("status", "observedGeneration").asInt() == kube::generation(application) &&
        !oam::followsNewest(parsed);
    if (latest.number > 0 && unchanged) {
      auto found = env.client.get(kApplicationRevisions, {owner.ns, latest.name});
      std::string version = kube::annotation(application, kPublishVersion).value_or("");
      bool renamed = found && !version.empty() && kube::annotation(*found, kPublishVersion) != version;
      if (found && !renamed) {
        TRY(auto pinned, definitionsOf(*found));
        catalog = std::make_shared<oam::LayeredCatalog>(
            std::vector<std::shared_ptr<const oam::Catalog>>{pinned, catalog});
        memory.revision = latest;
        return {};
      }
      if (!found && found.error().code() != ErrorCode::NotFound) return fail(found.error());
    }
    int limit = deliver::Policies(parsed.policies).revisionLimit().value_or(env.revisionLimit);
    return recordRevision(latest.number + 1, hash, definitions, limit);
  }

  Status recordRevision(std::int64_t number, const std::string& hash,
                        const std::vector<std::shared_ptr<const oam::Definition>>& definitions, int limit) {
    while (true) {
      Revision next{number, owner.name + "-v" + std::to_string(number), hash};
      auto made =
          env.client.create(kApplicationRevisions, owner.ns, revisionObject(next, application, definitions));
      if (made) {
        memory.revision = next;
        forgetOldRevisions(number, limit);
        return {};
      }
      if (made.error().code() != ErrorCode::AlreadyExists) return fail(made.error());
      // Made by a run that ended before the status said so, or left by an earlier Application of this name.
      TRY(Value found, env.client.get(kApplicationRevisions, {owner.ns, next.name}));
      if (kube::label(found, deliver::kAppRevisionHash) == hash) {
        memory.revision = next;
        return {};
      }
      ++number;
    }
  }

  void forgetOldRevisions(std::int64_t newest, int limit) {
    std::int64_t oldest = newest - limit;
    if (oldest < 1) return;
    auto removed =
        env.client.remove(kApplicationRevisions, {owner.ns, owner.name + "-v" + std::to_string(oldest)});
    if (!removed && removed.error().code() != ErrorCode::NotFound) {
      env.log.warn("an old revision stays", {{"application", owner.str()}, {"error", removed.error().str()}});
    }
  }

  // ---------------------------------------------------------------- what exists

  std::optional<Value> look(const ObjectId& id, const std::string& version) {
    auto it = seen.find(id);
    if (it != seen.end()) return it->second;
    return env.objects.find(id, version);
  }

  Result<deliver::Live> snapshot(const std::vector<deliver::Desired>& desired,
                                 const deliver::Inventory& inventory) {
    std::set<kube::Gvk> kinds = memory.wish ? memory.wish->kinds : std::set<kube::Gvk>{};
    for (const auto& [id, entry] : inventory.entries) kinds.insert({id.group, entry.version, id.kind});
    TRY_VOID(env.objects.ensure(kinds, kListTimeout));
    deliver::Live live;
    for (const auto& one : desired) {
      ObjectId id = ObjectId::of(one.object, one.cluster);
      if (one.readOnly && seen.count(id) == 0) {
        // Not ours, hence not in the mirror.
        auto found = env.mapper.byKind(kube::gvkOf(one.object));
        auto object =
            found ? env.client.get(found->gvr, {id.ns, id.name}) : Result<Value>(fail(found.error()));
        if (!object && object.error().code() != ErrorCode::NotFound) return fail(object.error());
        seen[id] = object ? std::optional(*object) : std::nullopt;
      }
      if (auto object = look(id, kube::gvkOf(one.object).version)) live[id] = std::move(*object);
    }
    for (const auto& [id, entry] : inventory.entries) {
      if (live.count(id) != 0) continue;
      if (auto object = look(id, entry.version)) live[id] = std::move(*object);
    }
    return live;
  }

  void learn(const std::vector<deliver::Outcome>& outcomes) {
    for (const auto& outcome : outcomes) {
      if (outcome.live) {
        seen[outcome.id] = *outcome.live;
        env.objects.learn(*outcome.live);
      } else if (outcome.gone) {
        seen[outcome.id] = std::nullopt;
      }
    }
  }

  // ---------------------------------------------------------------- bringing it there

  std::vector<ServiceHealth> judgeAll(const deliver::Live& live) {
    std::vector<ServiceHealth> out;
    for (const auto& component : memory.wish->components) {
      out.push_back(judge(env.engine, component, owner.name, memory.revision->name,
                          [&](const ObjectId& id) -> const Value* {
                            auto it = live.find(id);
                            return it == live.end() ? nullptr : &it->second;
                          }));
    }
    return out;
  }

  /// What the plan follows: the policies, and whether this form of the Application was brought out before.
  [[nodiscard]] deliver::Rules rulesNow() const {
    deliver::Rules out;
    const Value& workflow = application.get("status", "workflow");
    out.keepsUp = workflow.get("finished").asBool() && memory.revision &&
                  workflow.get("appRevision").asString() == memory.revision->name;
    out.retention = [wish = memory.wish](const ObjectId& id, const deliver::InventoryEntry& entry) {
      return wish->policies.retentionOf(id, entry);
    };
    return out;
  }

  Result<deliver::Plan> planFor(const std::vector<deliver::Desired>& desired,
                                const deliver::Inventory& inventory, const deliver::Live& live) {
    deliver::Rules rules = rulesNow();
    rules.settled = [this](const ObjectId& id, const Value& wanted, const Value& object) {
      auto it = memory.settled.find(id);
      return it != memory.settled.end() && it->second == std::pair(digest(wanted), contentDigest(object));
    };
    TRY(auto plan, deliver::makePlan(owner, desired, inventory, live, rules));
    for (auto& action : plan.actions) {
      // The labels name the revision that last changed an object; a new revision alone is no reason to touch
      // it.
      if (action.verb == Verb::Update && onlyRevisionLabels(action.changes)) action.verb = Verb::Keep;
    }
    return plan;
  }

  /// Remembers updates that changed nothing, so that they are not sent again and again.
  void rememberSettled(const deliver::Plan& plan, const deliver::Live& before,
                       const std::vector<deliver::Outcome>& outcomes,
                       const std::vector<deliver::Desired>& desired) {
    for (const auto& outcome : outcomes) {
      if (outcome.verb != Verb::Update || outcome.error || !outcome.live) continue;
      auto old = before.find(outcome.id);
      if (old == before.end()) continue;
      std::uint64_t content = contentDigest(*outcome.live);
      // Asked only of what would be updated once more.
      deliver::Rules rules = rulesNow();
      rules.settled = [&](const ObjectId& id, const Value& wanted, const Value&) {
        if (id == outcome.id) memory.settled[id] = {digest(wanted), content};
        return false;
      };
      auto again = deliver::makePlan(owner, desired, plan.inventory, {{outcome.id, *outcome.live}}, rules);
      if (!again) memory.settled.erase(outcome.id);
    }
  }

  /// Whether the Application in the API is still the one this run is about: asked before anything is deleted,
  /// since a newer revision may want it.
  Result<bool> stillCurrent() {
    auto now = env.client.get(kApplications, {owner.ns, owner.name});
    if (!now && now.error().code() == ErrorCode::NotFound) return false;
    if (!now) return fail(now.error());
    env.applications.learn(*now);
    return kube::uid(*now) == owner.uid && kube::generation(*now) == kube::generation(application) &&
           kube::beingDeleted(*now) == kube::beingDeleted(application);
  }

  static void dropDeletions(deliver::Plan& plan) {
    std::erase_if(plan.actions, [](const deliver::Action& a) {
      return (a.verb == Verb::Delete && !a.recreates) || a.verb == Verb::Release;
    });
  }

  void noteErrors(const std::vector<deliver::Outcome>& outcomes) {
    std::optional<Error> first;
    retry = memory.wish && memory.wish->unserved;
    for (const auto& outcome : outcomes) {
      if (!outcome.error) continue;
      if (!first) {
        first = *outcome.error;
      } else {
        first->detail(*outcome.error);
      }
      retry = true;
    }
    findings.error = std::move(first);
  }

  /// Plans and acts until nothing is left to do now. Each round starts from what the last one showed.
  Status deliverAll() {
    findings.stage = Stage::Deliver;
    deliver::Inventory inventory = env.trackers.read(owner);
    for (int round = 0; round < kMostRounds; ++round) {
      TRY(deliver::Live live, snapshot(memory.wish->desired, inventory));
      findings.services = judgeAll(live);
      TRY(auto free, planFor(memory.wish->desired, inventory, live));
      std::vector<deliver::Desired> desired =
          withHolds(*memory.wish, application.get("spec", "components"), free, findings.services);
      TRY(auto plan, planFor(desired, inventory, live));
      noteStanding(plan);
      bool wanted = plan.has(Verb::Create) || plan.has(Verb::Update) || plan.has(Verb::Conflict);
      bool deletes = plan.has(Verb::Delete) || plan.has(Verb::Release);
      // An object that is made anew belongs to what is wanted, and goes first.
      if (deletes && (wanted || !findings.waits.empty() || !allHealthy(findings.services))) {
        // What is no longer wanted goes when what is wanted stands.
        dropDeletions(plan);
        deletes = false;
      }
      if (deletes) {
        TRY(bool current, stillCurrent());
        if (!current) dropDeletions(plan);
      }
      TRY_VOID(env.trackers.write(owner, plan.inventory, kube::generation(application)));
      inventory = plan.inventory;
      auto outcomes = deliver::carryOut(env.client, env.mapper, plan);
      learn(outcomes);
      rememberSettled(plan, live, outcomes, desired);
      noteErrors(outcomes);
      bool newlySeen = std::any_of(outcomes.begin(), outcomes.end(), [](const deliver::Outcome& o) {
        return o.error && o.error->code() == ErrorCode::AlreadyExists && o.live;
      });
      bool moved =
          std::any_of(outcomes.begin(), outcomes.end(), [](const deliver::Outcome& o) { return !o.error; });
      if (!moved && !newlySeen) {
        findings.settled = outcomes.empty() && !plan.has(Verb::Wait) && !plan.has(Verb::Conflict);
        break;
      }
    }
    if (!findings.error && conflict) findings.error = conflict;
    findings.inventory = nullptr;
    recorded = std::move(inventory);
    findings.inventory = &*recorded;
    if (!findings.error) findings.stage = Stage::Done;
    return {};
  }

  std::optional<Error> conflict;
  std::optional<deliver::Inventory> recorded;

  /// Notes what the plan leaves undone, and why.
  void noteStanding(const deliver::Plan& plan) {
    findings.waits.clear();
    conflict.reset();
    for (const auto& action : plan.actions) {
      if (action.verb == Verb::Wait) findings.waits.push_back(action.id.str() + ": " + action.reason);
      if (action.verb == Verb::Conflict && !conflict) conflict = Error(ErrorCode::Conflict, action.reason);
    }
  }

  // ---------------------------------------------------------------- going

  /// Deletes what the Application made; whether all of it is gone.
  Result<bool> removeAll() {
    bool orphan = kube::hasFinalizer(application, kOrphanFinalizer);
    deliver::Inventory inventory = env.trackers.read(owner);
    if (orphan) {
      for (auto& [id, entry] : inventory.entries) entry.keep = true;
    }
    TRY(deliver::Live live, snapshot({}, inventory));
    const std::vector<deliver::Desired> nothing;
    oam::Diagnostics ignored;
    deliver::Policies policies(oam::parseApplication(application, nullptr, ignored).policies);
    deliver::Rules rules;
    rules.ending = true;
    rules.retention = [&](const ObjectId& id, const deliver::InventoryEntry& entry) {
      return policies.retentionOf(id, entry);
    };
    TRY(auto plan, deliver::makePlan(owner, nothing, inventory, live, rules));
    if (policies.inReverseOrder())
      deliver::deleteInReverse(plan, dependencies(application.get("spec", "components")));
    if (plan.has(Verb::Delete))
      TRY_VOID(env.trackers.write(owner, plan.inventory, kube::generation(application)));
    auto outcomes = deliver::carryOut(env.client, env.mapper, plan);
    learn(outcomes);
    noteErrors(outcomes);
    for (const auto& outcome : outcomes) {
      if (outcome.gone || (outcome.verb == Verb::Release && !outcome.error))
        plan.inventory.entries.erase(outcome.id);
    }
    for (const auto& [id, entry] : plan.inventory.entries) findings.waits.push_back(id.str());
    return plan.inventory.entries.empty();
  }

  Status farewell() {
    findings.deleting = true;
    TRY(bool gone, removeAll());
    if (!gone) return writeStatus();
    TRY_VOID(env.trackers.remove(owner));
    Value finalizers = Value::array();
    for (const auto& f : application.get("metadata", "finalizers").elements()) {
      if (f.asString() != kFinalizer && f.asString() != kOrphanFinalizer) finalizers.push(f);
    }
    Value metadata = Value::object({{"finalizers", std::move(finalizers)}, {"uid", owner.uid}});
    metadata.set("resourceVersion", kube::resourceVersion(application));
    auto freed = env.client.patch(kApplications, {owner.ns, owner.name}, kube::PatchType::Merge,
                                  Value::object({{"metadata", std::move(metadata)}}));
    if (!freed && freed.error().code() != ErrorCode::NotFound) return fail(freed.error());
    return {};
  }

  // ---------------------------------------------------------------- writing back

  Status ensureFinalizer() {
    if (kube::hasFinalizer(application, kFinalizer)) return {};
    Value finalizers = application.get("metadata", "finalizers");
    finalizers.push(kFinalizer);
    Value metadata = Value::object({{"finalizers", std::move(finalizers)}});
    metadata.set("resourceVersion", kube::resourceVersion(application));
    TRY(Value written, env.client.patch(kApplications, {owner.ns, owner.name}, kube::PatchType::Merge,
                                        Value::object({{"metadata", std::move(metadata)}})));
    env.applications.learn(written);
    bool moved = kube::generation(written) != kube::generation(application);
    application = std::move(written);
    if (moved) return fail(ErrorCode::Conflict, "the Application changed meanwhile");
    return {};
  }

  Status writeStatus() {
    Value status = statusOf(application, findings, env.clock.now());
    Value patch = data::createMergePatch(application.get("status"), status);
    if (patch.isObject() && patch.empty()) return {};
    kube::PatchOptions options;
    options.subresource = "status";
    auto written = env.client.patch(kApplications, {owner.ns, owner.name}, kube::PatchType::Merge,
                                    Value::object({{"status", std::move(patch)}}), options);
    if (!written && written.error().code() == ErrorCode::NotFound) return {};
    if (!written) return fail(written.error());
    bool ended = status.get("workflow", "finished").asBool() &&
                 status.get("workflow") != application.get("status", "workflow");
    env.applications.learn(*written);
    return ended ? noteOnRevision(status.get("workflow")) : Status();
  }

  /// The revision keeps how its delivery went; clients list it by that.
  Status noteOnRevision(const Value& workflow) {
    Value status = Value::object({{"succeeded", workflow.get("status").asString() == "succeeded"}});
    status.set("workflow", workflow);
    kube::PatchOptions options;
    options.subresource = "status";
    auto noted =
        env.client.patch(kApplicationRevisions, {owner.ns, workflow.get("appRevision").asString()},
                         kube::PatchType::Merge, Value::object({{"status", std::move(status)}}), options);
    // An old revision may have been forgotten meanwhile.
    if (!noted && noted.error().code() != ErrorCode::NotFound) return fail(noted.error());
    return {};
  }

  Status go() {
    if (kube::beingDeleted(application)) {
      bool ours =
          kube::hasFinalizer(application, kFinalizer) || kube::hasFinalizer(application, kOrphanFinalizer);
      return ours ? farewell() : Status{};
    }
    if (!prepare()) return writeStatus();
    TRY_VOID(ensureFinalizer());
    if (auto delivered = deliverAll(); !delivered) {
      retry = true;
      findings.error = delivered.error();
      env.log.warn("an Application could not be delivered",
                   {{"application", owner.str()}, {"error", delivered.error().str()}});
    }
    return writeStatus();
  }
};

Next Reconciler::reconcile(const kube::ObjectName& name, Memory& memory) {
  auto application = env_.applications.get(name);
  if (!application) {
    memory = Memory();
    return Next::Wait;
  }
  if (kube::label(*application, kPauseLabel) == "true") return Next::Wait;
  Run run(env_, std::move(*application), memory);
  Status done = run.go();
  if (!done) {
    // Conflicts are somebody's newer write, which the mirror will bring; everything else passes with time.
    env_.log.warn("a reconciliation ended early",
                  {{"application", name.str()}, {"error", done.error().str()}});
    return Next::Retry;
  }
  return run.retry ? Next::Retry : Next::Wait;
}

}  // namespace puppis::controller
