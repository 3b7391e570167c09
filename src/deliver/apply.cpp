// SPDX-License-Identifier: Apache-2.0
#include "deliver/apply.h"

#include "kube/object.h"

namespace puppis::deliver {

namespace {

class Performer {
 public:
  Performer(kube::Client& client, kube::RestMapper& mapper, bool dryRun)
      : client_(client), mapper_(mapper), dryRun_(dryRun) {}

  Outcome perform(const Action& action) {
    Outcome out;
    out.id = action.id;
    out.verb = action.verb;
    auto type = mapper_.byKind({action.id.group, action.version, action.id.kind});
    if (!type) {
      out.error = type.error();
      return out;
    }
    kube::ObjectName name{action.id.ns, action.id.name};
    switch (action.verb) {
      case Verb::Create:
        create(type->gvr, name, action, out);
        break;
      case Verb::Update:
      case Verb::Release:
        patch(type->gvr, name, action, out);
        break;
      case Verb::Delete:
        remove(type->gvr, name, action, out);
        break;
      case Verb::Keep:
      case Verb::Forget:
      case Verb::Wait:
      case Verb::Conflict:
        break;
    }
    if (out.error) out.error->context(std::string(verbName(action.verb)) + " " + action.id.str());
    return out;
  }

 private:
  void create(const kube::Gvr& type, const kube::ObjectName& name, const Action& action, Outcome& out) {
    kube::WriteOptions options;
    options.fieldManager = kFieldManager;
    options.dryRun = dryRun_;
    auto made = client_.create(type, name.ns, action.body, options);
    if (made) {
      out.live = std::move(*made);
      return;
    }
    out.error = made.error();
    if (made.error().code() != ErrorCode::AlreadyExists) return;
    if (auto found = client_.get(type, name)) out.live = std::move(*found);
  }

  void patch(const kube::Gvr& type, const kube::ObjectName& name, const Action& action, Outcome& out) {
    kube::PatchOptions options;
    options.fieldManager = kFieldManager;
    options.dryRun = dryRun_;
    data::Value body = action.body;
    body["metadata"].set("uid", action.uid);
    auto changed = client_.patch(type, name, kube::PatchType::Merge, body, options);
    if (changed) {
      out.live = std::move(*changed);
    } else {
      out.error = changed.error();
    }
  }

  void remove(const kube::Gvr& type, const kube::ObjectName& name, const Action& action, Outcome& out) {
    kube::DeleteOptions options;
    options.uid = action.uid;
    if (!action.resourceVersion.empty()) options.resourceVersion = action.resourceVersion;
    options.propagation = "Background";
    options.dryRun = dryRun_;
    auto answer = client_.remove(type, name, options);
    if (!answer && answer.error().code() != ErrorCode::NotFound) {
      out.error = answer.error();
      return;
    }
    bool stays = answer && kube::beingDeleted(*answer) && !answer->get("metadata", "finalizers").empty();
    out.gone = !stays;
    if (stays) out.live = std::move(*answer);
  }

  kube::Client& client_;
  kube::RestMapper& mapper_;
  bool dryRun_;
};

bool needsTheApi(Verb verb) {
  return verb == Verb::Create || verb == Verb::Update || verb == Verb::Delete || verb == Verb::Release;
}

}  // namespace

std::vector<Outcome> carryOut(kube::Client& client, kube::RestMapper& mapper, const Plan& plan, bool dryRun) {
  Performer performer(client, mapper, dryRun);
  std::vector<Outcome> out;
  for (const auto& action : plan.actions) {
    if (needsTheApi(action.verb)) out.push_back(performer.perform(action));
  }
  return out;
}

}  // namespace puppis::deliver
