// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "data/value.h"
#include "kube/gvk.h"

namespace puppis::kube {

using data::Value;

struct GetOptions {
  std::string resourceVersion;  ///< "" reads the newest; "0" whatever a cache has
  std::string subresource;      ///< "status", "scale"; "" for the object itself
};

struct ListOptions {
  std::string labelSelector;         ///< "a=b,c in (d,e)", as kube/selector.h reads it
  std::string fieldSelector;         ///< "metadata.name=x"
  std::string resourceVersion;       ///< with `resourceVersionMatch`; "" reads the newest
  std::string resourceVersionMatch;  ///< "", "NotOlderThan" or "Exact"
  std::int64_t limit = 0;            ///< at most so many items a page; 0 for all
  std::string continueToken;         ///< of the page before
};

/// One page of a list. Every item carries apiVersion and kind.
struct List {
  std::vector<Value> items;
  std::string resourceVersion;  ///< the revision the list was taken at; a watch goes on from it
  std::string continueToken;    ///< not empty: there are more
  std::optional<std::int64_t> remaining;
};

struct WatchOptions {
  std::string labelSelector;
  std::string fieldSelector;
  /// Events after this revision. "" or "0": first an Added for everything there is, then what happens.
  std::string resourceVersion;
  bool bookmarks = true;  ///< Bookmark events now and then, so that a resume point stays fresh
  /// With resourceVersion "" : begin with the present objects, then a Bookmark annotated
  /// k8s.io/initial-events-end=true. Servers without it answer an error.
  bool sendInitialEvents = false;
  std::optional<std::chrono::seconds>
      timeout;  ///< the server ends the watch after it; nothing: the server's choice
};

struct WatchEvent {
  enum class Type : std::uint8_t { Added, Modified, Deleted, Bookmark };
  Type type = Type::Added;
  Value object;  ///< with apiVersion and kind; a Bookmark has only metadata.resourceVersion
};

/// Receives a watch. Both are called from a thread of the client (never from inside Client::watch), one call
/// at a time for one watch, in order; they must return soon and may not call the client's blocking methods.
struct WatchHandler {
  std::function<void(WatchEvent)> event;
  /// Once, last: success when the server ended the watch in its own good time (resume from the last
  /// resourceVersion), Gone when that revision is compacted (list again), else what went wrong. Not called
  /// after the handle is destroyed.
  std::function<void(Status)> ended;
};

/// A running watch or stream. Destroying it cancels; after the destructor returns the handler is not called
/// again and not running (destroying it from inside its own handler is allowed).
class Subscription {
 public:
  virtual ~Subscription() = default;
};

struct WriteOptions {
  bool dryRun = false;          ///< everything but storing
  std::string fieldManager;     ///< "" lets the server choose from the user agent
  std::string fieldValidation;  ///< "", "Ignore", "Warn" or "Strict"
  std::string subresource;      ///< "status", "scale", "eviction", ...
};

enum class PatchType : std::uint8_t {
  Json,       ///< RFC 6902; the body is an array
  Merge,      ///< RFC 7386
  Strategic,  ///< Kubernetes' strategic merge; not for custom resources
  Apply,      ///< server-side apply; fieldManager is required
};
/// "application/json-patch+json", ...
std::string_view contentType(PatchType type);

struct PatchOptions : WriteOptions {
  bool force = false;  ///< Apply only: take fields from other managers
};

struct DeleteOptions {
  std::optional<std::string> uid;              ///< precondition; Conflict when another
  std::optional<std::string> resourceVersion;  ///< precondition
  std::string propagation;                     ///< "", "Background", "Foreground" or "Orphan"
  std::optional<std::int64_t> gracePeriodSeconds;
  bool dryRun = false;
};

/// A request below the typed methods: discovery, subresources that are no objects, version, logs.
struct RawRequest {
  std::string method = "GET";
  std::string path;                                        ///< "/apis/apps/v1/..."; no query
  std::vector<std::pair<std::string, std::string>> query;  ///< not yet escaped
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

struct RawResponse {
  int status = 0;
  std::string contentType;
  std::string body;
};

struct StreamHandler {
  std::function<void(std::string_view)> data;  ///< pieces as they come
  std::function<void(Status)> ended;           ///< once, last; an Error for any status of 300 and more
};

/// A Kubernetes API, over HTTP (kube/http_client.h) or in process (apiserver). Objects are whole JSON trees
/// with apiVersion and kind. Errors carry the code of their HTTP status and the Status reason
/// (kube/status.h); Unavailable and Timeout when the API could not be reached.
///
/// Threads: every method may be called from any number of threads at once and blocks until the answer is
/// there. All watches and streams of one client share the client's own thread.
class Client {
 public:
  virtual ~Client() = default;

  virtual Result<Value> get(const Gvr& type, const ObjectName& name, const GetOptions& options = {}) = 0;
  /// One page. `ns` "" lists every namespace (or a cluster-scoped type). listAll follows the pages.
  virtual Result<List> list(const Gvr& type, const std::string& ns, const ListOptions& options = {}) = 0;
  /// Returns at once; failures to connect come to `handler.ended`. Error only for a request that cannot be
  /// made.
  virtual Result<std::unique_ptr<Subscription>> watch(const Gvr& type, const std::string& ns,
                                                      WatchHandler handler,
                                                      const WatchOptions& options = {}) = 0;

  /// `ns` is where to create it; the name is the object's own (or metadata.generateName). With a subresource,
  /// e.g. "eviction" or "binding", the object is the request and metadata.name names the parent.
  virtual Result<Value> create(const Gvr& type, const std::string& ns, const Value& object,
                               const WriteOptions& options = {}) = 0;
  /// Replaces; with metadata.resourceVersion set, only that version (Conflict otherwise).
  virtual Result<Value> update(const Gvr& type, const ObjectName& name, const Value& object,
                               const WriteOptions& options = {}) = 0;
  virtual Result<Value> patch(const Gvr& type, const ObjectName& name, PatchType kind, const Value& body,
                              const PatchOptions& options = {}) = 0;
  /// The Status, or the object when it stays for its finalizers.
  virtual Result<Value> remove(const Gvr& type, const ObjectName& name,
                               const DeleteOptions& options = {}) = 0;
  virtual Result<Value> removeCollection(const Gvr& type, const std::string& ns, const ListOptions& which,
                                         const DeleteOptions& options = {}) = 0;

  /// The answer whatever its status; an Error only when there is none.
  virtual Result<RawResponse> raw(const RawRequest& request) = 0;
  /// A response that has no end of its own, e.g. followed logs.
  virtual Result<std::unique_ptr<Subscription>> stream(const RawRequest& request, StreamHandler handler) = 0;
};

/// Every page of a list as one, all at the revision of the first.
Result<List> listAll(Client& client, const Gvr& type, const std::string& ns, ListOptions options = {});

}  // namespace puppis::kube
