// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "apiserver/call.h"
#include "apiserver/claims.h"
#include "apiserver/errors.h"
#include "apiserver/registry.h"
#include "apiserver/shown.h"
#include "apiserver/ssa/managed.h"
#include "apiserver/watch.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/result.h"
#include "data/value.h"
#include "store/store.h"

namespace puppis::apiserver {

/// What admission is asked about: a write that has been decoded and defaulted, before it is checked and
/// stored.
struct Admission {
  enum class Operation : std::uint8_t { Create, Update, Delete } operation;
  Call& call;
  const Resource& resource;
  const data::Value* old;  ///< nullptr for a create
};
/// May change the object, or refuse with an Error (Forbidden, Invalid). Runs in order of registration, on any
/// thread.
using Admitter = std::function<Status(const Admission& what, data::Value& object)>;

struct ListAnswer {
  std::vector<Shown> items;
  store::Revision revision = 0;
  std::string continueToken;
  std::optional<std::int64_t> remaining;
};

/// Who may do what; implemented by rbac.h. nullptr lets everybody do everything.
class Authorizer {
 public:
  virtual ~Authorizer() = default;
  /// Empty when it is allowed, else why not.
  [[nodiscard]] virtual std::optional<std::string> refuses(
      const User& user, const std::string& verb, const std::string& group, const std::string& resource,
      const std::string& subresource, const std::string& ns, const std::string& name) const = 0;
  [[nodiscard]] virtual bool allowsPath(const User& user, const std::string& verb,
                                        const std::string& path) const = 0;
  /// What a user may do in a namespace: {"resourceRules": [...], "nonResourceRules": [...]}.
  [[nodiscard]] virtual data::Value rulesOf(const User& user, const std::string& ns) const = 0;
};

/// The Kubernetes API without its wire: the verbs on typed calls. Safe to share between threads. Does not ask
/// the Authorizer: its callers (HTTP, the in-process client) do.
class Api {
 public:
  struct Parts {
    store::Store& store;
    Registry& registry;
    Clock& clock;
    Random& random;
    Log& log;
  };
  explicit Api(Parts parts);

  Result<Shown> get(Call& call);
  Result<ListAnswer> list(Call& call);
  /// `items` and `ended` are called on the hub's thread. An Error means that the watch never began.
  Result<std::unique_ptr<WatchHandle>> watch(Call& call, std::function<void(std::vector<WatchItem>)> items,
                                             std::function<void(Status)> ended);
  Result<Answer> create(Call& call, const data::Value& body);
  Result<Answer> update(Call& call, const data::Value& body);
  Result<Answer> patch(Call& call, kube::PatchType type, const data::Value& body);
  Result<Answer> remove(Call& call);
  Result<Answer> removeCollection(Call& call);

  void admit(Admitter admitter) { admitters_.push_back(std::move(admitter)); }
  /// A create-only subresource or virtual resource ("pods/eviction", "tokenreviews.authentication.k8s.io"):
  /// what a POST does.
  using Poster = std::function<Result<Answer>(Call& call, const data::Value& body)>;
  void onPost(const std::string& groupResourceAndSub, Poster poster) {
    posters_[groupResourceAndSub] = std::move(poster);
  }

  [[nodiscard]] Registry& registry() { return parts_.registry; }
  [[nodiscard]] store::Store& store() { return parts_.store; }
  [[nodiscard]] Clock& clock() { return parts_.clock; }
  [[nodiscard]] Random& random() { return parts_.random; }
  [[nodiscard]] Log& log() { return parts_.log; }
  [[nodiscard]] WatchHub& hub() { return hub_; }

  /// Who a write is entered for in managedFields.
  [[nodiscard]] std::string managerOf(const Call& call) const;
  /// The resource a call names; "the server could not find the requested resource" when it is not served.
  Result<ResourcePtr> resourceOf(const Call& call) const;
  /// Changes a stored object as the server's own doing: no admission, no checks, no managedFields.
  Status rewrite(const Call& call, const std::function<void(data::Value& object)>& change);
  /// The stored object, in the resource's version; NotFound.
  Result<data::Value> read(const Resource& resource, const std::string& ns, const std::string& name) const;

 private:
  /// A new state made from the live one (null: there is none).
  using Change = std::function<Result<data::Value>(const data::Value& live)>;
  struct Writing {
    Call& call;
    const Resource& resource;
    bool createWhenMissing = false;
    bool applies = false;  ///< the change has set managedFields itself (server-side apply)
    bool isPatch = false;
  };
  Result<Answer> write(const Writing& writing, const Change& change);
  Result<Answer> insert(Call& call, const Resource& resource, data::Value object, bool tracked);
  Result<Answer> replace(const Writing& writing, const store::EntryPtr& entry, const data::Value& live,
                         data::Value object);
  Result<data::Value> decode(Call& call, const Resource& resource, const data::Value& body, bool strictWords);
  Status checkBodyType(const Resource& resource, const data::Value& body) const;
  Status nameNew(Call& call, const Resource& resource, data::Value& object) const;
  void stampNew(const Resource& resource, data::Value& object) const;
  void keepServerFields(const Writing& writing, const data::Value& live, data::Value& object) const;
  Status admitted(Admission::Operation operation, Call& call, const Resource& resource,
                  const data::Value* old, data::Value& object) const;
  Result<Answer> removeOne(Call& call, const Resource& resource, const std::string& ns,
                           const std::string& name);
  Result<Answer> writeScale(Call& call, const Resource& resource, bool applies, const Change& change);
  Result<Answer> updateScale(Call& call, const Resource& resource, const data::Value& body);
  Result<Answer> patchScale(Call& call, const Resource& resource, kube::PatchType type,
                            const data::Value& body);
  Result<Answer> applyScale(Call& call, const Resource& resource, const data::Value& body);
  Result<std::vector<store::EntryPtr>> commit(store::Change change, bool dryRun);
  Status allocated(const Resource& resource, data::Value& object, const data::Value* old, Faults& faults,
                   std::unique_lock<std::mutex>& lock);
  Result<ObjectFilter> filterOf(const Call& call, const Resource& resource) const;

  Parts parts_;
  std::mutex allocating_;
  std::map<std::string, std::unique_ptr<ClaimBook>> claims_;  ///< by prefix; guarded by `allocating_`
  WatchHub hub_;
  std::vector<Admitter> admitters_;
  std::map<std::string, Poster> posters_;
};

/// An object with metadata.resourceVersion set to the revision it is stored at.
void stampRevision(data::Value& object, store::Revision revision);
/// The answer to a write that put this entry.
Answer stored(int status, const Resource& resource, const store::EntryPtr& entry);
/// Whether the object waits for finalizers of its own besides those in metadata (a Namespace).
bool finalizesItself(const Resource& resource, const data::Value& object);
/// The meta/v1 Scale of an object: autoscaling/v1.
data::Value scaleOf(const Resource& resource, const data::Value& object);

}  // namespace puppis::apiserver
