// SPDX-License-Identifier: Apache-2.0
#include "cli/cluster.h"
#include "cli/delivery.h"
#include "cli/output.h"
#include "cli/outside.h"
#include "cli/verbs.h"
#include "cli/world.h"
#include "controller/types.h"
#include "controller/wish.h"
#include "data/json.h"
#include "deliver/inventory.h"
#include "kube/object.h"
#include "oam/runtime.h"

namespace puppis::cli {

using data::Value;

namespace {

constexpr std::size_t kLongestValue = 120;

std::string text(const std::optional<Value>& value) {
  if (!value) return "";
  std::string out = data::toJson(*value);
  if (out.size() > kLongestValue) out = out.substr(0, kLongestValue) + "…";
  return out;
}

class LiveDiff final : public Command {
 public:
  void declare(Options& options) override {
    options.list(files_, "-f,--file",
                 "The Application, and the policies and workflows it refers to; - is standard input");
    cluster_.declare(options);
    declareFormat(options, format_, {"text", "json", "yaml"});
  }

  Result<int> run(Context& context) override {
    if (files_.empty()) files_ = {"app.yaml"};
    TRY(std::unique_ptr<Cluster> cluster, connect(context, cluster_));
    kube::Client& client = cluster->client();
    auto runtime = oam::makeRuntime();
    TRY(auto catalog, clusterCatalog(client, cluster->ns(), runtime));
    oam::Diagnostics diagnostics;
    TRY(auto files, readApplication(context, files_, *catalog, diagnostics));
    TRY_VOID(settle(context, diagnostics, false));
    std::string ns = files.application.namespace_.empty() ? cluster->ns() : files.application.namespace_;
    deliver::Owner owner{ns, files.application.name, ""};
    kube::RestMapper mapper(client);
    Outside outside(&client);
    auto engine = controller::makeEngine(runtime, &outside);
    TRY(auto version, controller::clusterVersionOf(client));
    TRY(auto wish,
        controller::makeWish(*engine, client, mapper, files, *catalog, owner, owner.name + "-v1", version));
    printWarnings(context, wish.warnings);
    TRY(auto inventory, recorded(client, owner));
    TRY(auto live, look(client, mapper, wish, inventory));
    deliver::Rules rules;
    rules.retention = [&wish](const deliver::ObjectId& id, const deliver::InventoryEntry& entry) {
      return wish.policies.retentionOf(id, entry);
    };
    TRY(auto plan, deliver::makePlan(owner, wish.desired, inventory, live, rules));
    dropRevisionLabels(plan);
    if (format_ == "text") {
      show(context, plan);
    } else {
      print(context, asData(plan), format_);
    }
    return 0;
  }

 private:
  static Result<deliver::Inventory> recorded(kube::Client& client, const deliver::Owner& owner) {
    kube::ListOptions options;
    options.labelSelector = std::string(deliver::kAppName) + "=" + owner.name + "," +
                            std::string(deliver::kAppNamespace) + "=" + owner.ns;
    TRY(auto trackers, kube::listAll(client, controller::kResourceTrackers, "", options));
    deliver::Inventory out;
    for (const auto& tracker : trackers.items) deliver::readTracker(tracker, out);
    return out;
  }

  static Result<deliver::Live> look(kube::Client& client, kube::RestMapper& mapper,
                                    const controller::Wish& wish, const deliver::Inventory& inventory) {
    std::map<deliver::ObjectId, std::string> versions;
    for (const auto& one : wish.desired) {
      versions[deliver::ObjectId::of(one.object)] = kube::gvkOf(one.object).version;
    }
    for (const auto& [id, entry] : inventory.entries) versions.emplace(id, entry.version);
    deliver::Live live;
    for (const auto& [id, version] : versions) {
      auto type = mapper.byKind({id.group, version, id.kind});
      if (!type) continue;  // an unserved kind has no objects
      auto found = client.get(type->gvr, {id.ns, id.name});
      if (found) {
        live[id] = std::move(*found);
      } else if (found.error().code() != ErrorCode::NotFound) {
        return fail(found.error());
      }
    }
    return live;
  }

  /// The revision's name is not known before the controller gives it.
  static void dropRevisionLabels(deliver::Plan& plan) {
    for (auto& action : plan.actions) {
      std::erase_if(action.changes, [](const data::Change& change) {
        const auto& steps = change.path.steps();
        const auto* key = steps.size() == 3 ? std::get_if<std::string>(&steps[2]) : nullptr;
        return key != nullptr && (*key == deliver::kAppRevision || *key == deliver::kAppRevisionHash);
      });
      if (action.verb == deliver::Verb::Update && action.changes.empty()) action.verb = deliver::Verb::Keep;
    }
  }

  static bool secret(const deliver::Action& action) { return action.id.kind == "Secret"; }

  static void show(Context& context, const deliver::Plan& plan) {
    if (plan.quiet()) {
      context.out << "no differences\n";
      return;
    }
    for (const auto& action : plan.actions) {
      if (action.verb == deliver::Verb::Keep) continue;
      const char* colour = action.verb == deliver::Verb::Create ? "green"
                           : action.verb == deliver::Verb::Delete || action.verb == deliver::Verb::Conflict
                               ? "red"
                               : "yellow";
      context.out << painted(verbName(action.verb), colour, context.colourOut) << " " << action.id.str();
      if (!action.reason.empty()) context.out << "  (" << action.reason << ")";
      context.out << "\n";
      for (const auto& change : action.changes) {
        context.out << "    " << change.path.str() << ": ";
        if (secret(action)) {
          context.out << "(differs; values of Secrets are not shown)\n";
        } else if (!change.before) {
          context.out << painted("+ " + text(change.after), "green", context.colourOut) << "\n";
        } else if (!change.after) {
          context.out << painted("- " + text(change.before), "red", context.colourOut) << "\n";
        } else {
          context.out << painted(text(change.before), "red", context.colourOut) << " -> "
                      << painted(text(change.after), "green", context.colourOut) << "\n";
        }
      }
    }
  }

  static Value asData(const deliver::Plan& plan) {
    Value actions = Value::array();
    for (const auto& action : plan.actions) {
      Value one = Value::object({{"action", verbName(action.verb)}, {"object", action.id.str()}});
      if (!action.reason.empty()) one.set("reason", action.reason);
      if (!action.changes.empty()) {
        Value changes = Value::array();
        for (const auto& change : action.changes) {
          Value entry = Value::object({{"path", change.path.str()}});
          if (change.before && !secret(action)) entry.set("before", *change.before);
          if (change.after && !secret(action)) entry.set("after", *change.after);
          changes.push(std::move(entry));
        }
        one.set("changes", std::move(changes));
      }
      actions.push(std::move(one));
    }
    return Value::object({{"actions", std::move(actions)}});
  }

  std::vector<std::string> files_;
  ClusterFlags cluster_;
  std::string format_ = "text";
};

}  // namespace

Verb liveDiffVerb() {
  return {"live-diff", "Show what delivering an Application would change in the cluster",
          "puppis live-diff -f app.yaml\npuppis live-diff -f app.yaml -o json",
          []() -> std::unique_ptr<Command> { return std::make_unique<LiveDiff>(); }};
}

}  // namespace puppis::cli
