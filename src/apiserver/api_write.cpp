// SPDX-License-Identifier: Apache-2.0
// create, update and what every write has in common.
#include <algorithm>
#include <map>

#include "apiserver/api.h"
#include "apiserver/decode.h"
#include "apiserver/faults.h"
#include "apiserver/go_json.h"
#include "apiserver/metadata.h"
#include "apiserver/pod_warnings.h"
#include "base/strings.h"
#include "data/json.h"

namespace puppis::apiserver {

using data::Value;

namespace {

constexpr int kMostAttempts = 30;
constexpr std::size_t kLongestGeneratedBase = 58;
constexpr std::size_t kSuffixLength = 5;
constexpr std::size_t kLongestManager = 128;

/// "v1.Deployment", as Go prints a type.
std::string goWord(const Resource& resource) {
  return resource.kind->kind + " in version \"" + resource.kind->version + "\" cannot be handled as a " +
         resource.kind->kind;
}

/// The key that a Kubernetes server keeps an object at; clients see it in one message.
std::string registryKey(const Resource& resource, const std::string& ns, const std::string& name) {
  static const std::map<std::string, std::string> kOdd = {{"services", "services/specs"},
                                                          {"endpoints", "services/endpoints"},
                                                          {"ingresses.networking.k8s.io", "ingress"},
                                                          {"nodes", "minions"}};
  auto odd = kOdd.find(resource.kind->groupResource());
  std::string place = odd != kOdd.end() ? odd->second : resource.kind->resource;
  if (resource.custom) place = resource.kind->group + "/" + place;
  return "/registry/" + place + "/" + (ns.empty() ? "" : ns + "/") + name;
}

Error otherUid(const Resource& resource, const Call& call, const std::string& wanted,
               const std::string& found) {
  return conflict(resource.kind->groupResource(), call.name,
                  "StorageError: invalid object, Code: 4, Key: " + registryKey(resource, call.ns, call.name) +
                      ", ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: " +
                      wanted + ", UID in object meta: " + found);
}

/// Metadata in the order Kubernetes writes it.
Value orderedMetadata(const Value& meta) {
  static constexpr std::string_view kOrder[] = {"name",
                                                "generateName",
                                                "namespace",
                                                "selfLink",
                                                "uid",
                                                "resourceVersion",
                                                "generation",
                                                "creationTimestamp",
                                                "deletionTimestamp",
                                                "deletionGracePeriodSeconds",
                                                "labels",
                                                "annotations",
                                                "ownerReferences",
                                                "finalizers",
                                                "managedFields"};
  Value out = Value::object();
  for (std::string_view key : kOrder) {
    if (const data::Member* member = meta.findMember(key)) out.append(member->key, member->value);
  }
  return out;
}

bool isEmptyCollection(const Value& value) {
  return value.isNull() || ((value.isArray() || value.isObject()) && value.empty());
}

void warn(Call& call, const Resource& resource, const Value& object) {
  if (resource.kind->warnings) {
    for (std::string& warning : resource.kind->warnings(object)) call.warnings.push_back(std::move(warning));
  }
  if (resource.custom) {
    for (const Value& finalizer : object.get("metadata", "finalizers").elements()) {
      const std::string& text = finalizer.asString();
      if (text.find('/') != std::string::npos || text == "orphan" || text == "foregroundDeletion") continue;
      std::string path = text.find('.') != std::string::npos ? " including a path (/)" : "";
      call.warnings.push_back("metadata.finalizers: \"" + text +
                              "\": prefer a domain-qualified finalizer name" + path +
                              " to avoid accidental conflicts with other finalizer writers");
    }
    return;
  }
  for (std::string& warning : podWarnings(object)) call.warnings.push_back(std::move(warning));
}

/// Owners named twice count once; the client is told.
void dropDoubleOwners(Call& call, Value& object) {
  const Value& owners = object.get("metadata", "ownerReferences");
  if (owners.size() < 2) return;
  Value kept = Value::array();
  std::vector<std::string> doubled;
  for (const Value& owner : owners.elements()) {
    bool seen = false;
    for (const Value& before : kept.elements()) seen = seen || before == owner;
    if (!seen) {
      kept.push(owner);
    } else if (const std::string& uid = owner.get("uid").asString();
               std::find(doubled.begin(), doubled.end(), uid) == doubled.end()) {
      doubled.push_back(uid);
    }
  }
  if (doubled.empty()) return;
  object["metadata"].set("ownerReferences", std::move(kept));
  call.warnings.push_back(
      ".metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, "
      "and may "
      "reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: " +
      join(doubled, ", "));
}

/// Whether what is neither metadata nor status differs.
bool specDiffers(const Value& a, const Value& b) {
  auto differs = [](const Value& one, const Value& other) {
    for (const data::Member& member : one.members()) {
      const std::string& key = member.key.str();
      if (key == "metadata" || key == "status" || key == "apiVersion" || key == "kind") continue;
      const Value* there = other.find(key);
      if (there == nullptr ? !isEmptyCollection(member.value) : !(*there == member.value)) return true;
    }
    return false;
  };
  return differs(a, b) || differs(b, a);
}

}  // namespace

void stampRevision(Value& object, store::Revision revision) {
  object["metadata"].set("resourceVersion", std::to_string(revision));
}

Answer stored(int status, const Resource& resource, const store::EntryPtr& entry) {
  bool asServed = resource.servedHead(entry->json()) != 0;
  return {status, resource.fromStorage(entry->value()), asServed ? entry : nullptr};
}

std::string Api::managerOf(const Call& call) const {
  if (!call.fieldManager.empty()) return call.fieldManager;
  std::string name = call.userAgent.substr(0, call.userAgent.find('/'));
  std::string out;
  for (char c : name) {
    if (c >= 0x20 && c < 0x7f) out += c;
  }
  return out.substr(0, kLongestManager);
}

Status Api::checkBodyType(const Resource& resource, const Value& body) const {
  if (!body.isObject()) {
    std::string what = body.isArray()     ? "array"
                       : body.isString()  ? "string"
                       : body.isNumeric() ? "number"
                                          : "bool";
    return fail(badRequest("the object provided is unrecognized (must be of type " + resource.kind->kind +
                           "): couldn't get version/kind; json parse error: json: cannot unmarshal " + what +
                           " into Go value of type struct { APIVersion string "
                           "\"json:\\\"apiVersion,omitempty\\\"\"; Kind string "
                           "\"json:\\\"kind,omitempty\\\"\" } (" +
                           summarizeBody(data::toJson(body)) + ")"));
  }
  const std::string& apiVersion = body.get("apiVersion").asString();
  const std::string& kind = body.get("kind").asString();
  if (kind.empty() && resource.custom)
    return fail(badRequest("Object 'Kind' is missing in '" + data::toJson(body) + "'"));
  if (!apiVersion.empty() && apiVersion != resource.kind->apiVersion()) {
    const std::string& group = resource.kind->group;
    bool otherVersion =
        group.empty() ? apiVersion.find('/') == std::string::npos : startsWith(apiVersion, group + "/");
    if (otherVersion) {
      return fail(badRequest(kind + " in version \"" + apiVersion.substr(apiVersion.find('/') + 1) +
                             "\" cannot be handled as a " + resource.kind->kind + ": no kind \"" + kind +
                             "\" is registered for version \"" + apiVersion +
                             "\" in scheme \"pkg/runtime/scheme.go:110\""));
    }
    return fail(badRequest("the API version in the data (" + apiVersion +
                           ") does not match the expected API version (" + resource.kind->apiVersion() +
                           ")"));
  }
  if (!kind.empty() && kind != resource.kind->kind) {
    std::string lead = kind + " in version \"" + resource.kind->version + "\" cannot be handled as a " +
                       resource.kind->kind + ": ";
    if (resource.custom) {
      return fail(badRequest("the kind in the data (" + kind + ") does not match the expected kind (" +
                             resource.kind->kind + ")"));
    }
    if (!parts_.registry.findKind(resource.kind->apiVersion(), kind)) {
      return fail(badRequest(lead + "no kind \"" + kind + "\" is registered for version \"" +
                             resource.kind->apiVersion() + "\" in scheme \"pkg/runtime/scheme.go:110\""));
    }
    std::string package = resource.kind->group.empty()
                              ? "core"
                              : resource.kind->group.substr(0, resource.kind->group.find('.'));
    return fail(badRequest(lead + "converting (" + resource.kind->version + "." + kind + ") to (" + package +
                           "." + resource.kind->kind + "): unknown conversion"));
  }
  return {};
}

Result<Value> Api::decode(Call& call, const Resource& resource, const Value& body, bool strictWords) {
  std::vector<std::string> unknown;
  Value named = body;
  if (!named.has("apiVersion")) named.set("apiVersion", resource.kind->apiVersion());
  if (!named.has("kind")) named.set("kind", resource.kind->kind);
  const std::string lead = strictWords ? goWord(resource) + ": " : "";
  if (resource.kind->schema != nullptr && !resource.custom && call.fieldValidation != "Ignore") {
    collectUnknown(named, *resource.kind->schema, unknown);
  }
  Result<Value> decoded = named;
  if (resource.custom) {
    decoded = pruneCustom(named, *resource.kind->schema, *resource.schemas, unknown);
  } else if (resource.kind->decode) {
    decoded = resource.kind->decode(named);
  } else if (resource.kind->schema != nullptr) {
    std::vector<std::string> again;
    decoded = decodeTyped(named, *resource.kind->schema, again);
  }
  if (!decoded) return fail(badRequest(lead + decoded.error().message()));
  if (!unknown.empty() && call.fieldValidation != "Ignore") {
    std::string text;
    for (const std::string& path : unknown) {
      std::string sentence = "unknown field \"" + path + "\"";
      if (call.fieldValidation == "Strict") {
        text += (text.empty() ? "" : ", ") + sentence;
      } else {
        call.warnings.push_back(sentence);
      }
    }
    if (!text.empty()) return fail(badRequest(lead + "strict decoding error: " + text));
  }
  return decoded;
}

Status Api::nameNew(Call& call, const Resource& resource, Value& object) const {
  Value& meta = object["metadata"];
  if (!meta.isObject()) meta = Value::object();
  const std::string& ns = meta.get("namespace").asString();
  std::string expected = resource.kind->namespaced ? call.ns : "";
  if (!resource.kind->namespaced) {
    meta.erase("namespace");
  } else if (ns.empty()) {
    meta.set("namespace", expected);
  } else if (ns != expected) {
    return fail(
        badRequest("the namespace of the provided object does not match the namespace sent on the request"));
  }
  const std::string& generate = meta.get("generateName").asString();
  if (meta.get("name").asString().empty() && !generate.empty()) {
    meta.set("name", generate.substr(0, kLongestGeneratedBase) + parts_.random.suffix(kSuffixLength));
  }
  return {};
}

void Api::stampNew(const Resource& resource, Value& object) const {
  Value& meta = object["metadata"];
  for (const char* field :
       {"resourceVersion", "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds", "generation"})
    meta.erase(field);
  meta.set("uid", parts_.random.uuid());
  meta.set("creationTimestamp", formatRfc3339(parts_.clock.now()));
  if (resource.kind->generation) meta.set("generation", 1);
}

Status Api::admitted(Admission::Operation operation, Call& call, const Resource& resource, const Value* old,
                     Value& object) const {
  Admission what{operation, call, resource, old};
  for (const Admitter& admitter : admitters_) TRY_VOID(admitter(what, object));
  return {};
}

Status Api::allocated(const Resource& resource, Value& object, const Value* old, Faults& faults,
                      std::unique_lock<std::mutex>& lock) {
  if (!resource.kind->allocate) return {};
  lock = std::unique_lock(allocating_);  // held until the object is stored, so that nobody is given the same
  auto& book = claims_[resource.prefix];
  if (!book) book = std::make_unique<ClaimBook>(parts_.store, resource.prefix, resource.kind->claims);
  std::string key =
      resource.key(object.get("metadata", "namespace").asString(), object.get("metadata", "name").asString());
  auto taken = [&](const std::string& claim) { return book->taken(claim, key); };
  return resource.kind->allocate(object, old, taken, faults);
}

Result<std::vector<store::EntryPtr>> Api::commit(store::Change change, bool dryRun) {
  if (dryRun) return std::vector<store::EntryPtr>{};
  std::vector<store::Change> changes;
  changes.push_back(std::move(change));
  return parts_.store.commit(std::move(changes));
}

Status Api::rewrite(const Call& call, const std::function<void(Value& object)>& change) {
  TRY(ResourcePtr resource, resourceOf(call));
  std::string key = resource->key(call.ns, call.name);
  for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
    store::EntryPtr entry = parts_.store.get(key);
    if (!entry) return fail(notFound(resource->kind->groupResource(), call.name));
    Value object = entry->value();
    change(object);
    if (call.dryRun) return {};
    auto committed = commit({key, std::move(object), entry->modified, &stampRevision}, false);
    if (committed) return {};
    if (committed.error().code() != ErrorCode::Conflict) return fail(committed.error());
  }
  return fail(conflict(resource->kind->groupResource(), call.name, kModified));
}

Result<Answer> Api::create(Call& call, const Value& body) {
  TRY(ResourcePtr resource, resourceOf(call));
  std::string place =
      resource->kind->groupResource() + (call.subresource.empty() ? "" : "/" + call.subresource);
  if (auto poster = posters_.find(place); poster != posters_.end()) {
    if (!call.subresource.empty()) return poster->second(call, body);
    // A kind that only answers is decoded and tracked like any other.
    TRY_VOID(checkBodyType(*resource, body));
    TRY(Value question, decode(call, *resource, body, true));
    question = trackUpdate({}, std::move(question), *resource, {managerOf(call), "", parts_.clock.now()});
    return poster->second(call, question);
  }
  if (!call.subresource.empty() || !resource->serves("create"))
    return fail(methodNotSupported(resource->kind->groupResource(), "create"));
  TRY_VOID(checkBodyType(*resource, body));
  TRY(Value object, decode(call, *resource, body, true));
  dropDoubleOwners(call, object);
  return insert(call, *resource, std::move(object), false);
}

Result<Answer> Api::insert(Call& call, const Resource& resource, Value object, bool tracked) {
  const KindInfo& kind = *resource.kind;
  if (object.get("metadata", "resourceVersion").isString() &&
      !object.get("metadata", "resourceVersion").asString().empty()) {
    return fail(Error(ErrorCode::Internal, "resourceVersion should not be set on objects to be created")
                    .reason(kNoReason));
  }
  TRY_VOID(nameNew(call, resource, object));
  if (kind.setDefaults) kind.setDefaults(object);
  // Kubernetes keeps this one beside the object and shows it as an annotation, so its maker is seen to own
  // it.
  if (!tracked && kind.group == "apps" && kind.resource == "daemonsets" && kind.prepareCreate)
    kind.prepareCreate(object);
  if (!tracked)
    object = trackUpdate({}, std::move(object), resource, {managerOf(call), "", parts_.clock.now()});
  if (Status allowed = admitted(Admission::Operation::Create, call, resource, nullptr, object); !allowed) {
    bool invalid =
        allowed.error().code() == ErrorCode::Invalid;  // names the object, as a check of the kind does
    if (invalid && call.name.empty()) call.name = object.get("metadata", "name").asString();
    return fail(allowed.error());
  }
  stampNew(resource, object);
  if (kind.status && !kind.statusOnCreate) object.erase("status");
  if (kind.prepareCreate) kind.prepareCreate(object);
  const std::string name = object.get("metadata", "name").asString();
  if (call.name.empty()) call.name = name;
  Faults faults;
  validateMetadata(object, kind, faults);
  if (kind.validate) kind.validate(object, faults);
  if (!faults.empty()) return fail(invalidObject(kind.groupKind(), name, faults));
  warn(call, resource, object);
  std::unique_lock<std::mutex> allocation;
  TRY_VOID(allocated(resource, object, nullptr, faults, allocation));
  if (!faults.empty()) return fail(invalidObject(kind.groupKind(), name, faults));
  object.set("metadata", orderedMetadata(object.get("metadata")));
  std::string key = resource.key(object.get("metadata", "namespace").asString(), name);
  if (call.dryRun) {
    if (parts_.store.get(key)) return fail(alreadyExists(kind.groupResource(), name));
    return Answer{201, std::move(object)};
  }
  auto committed = commit({key, resource.toStorage(object), 0, &stampRevision}, false);
  if (!committed) {
    if (committed.error().code() != ErrorCode::Conflict) return fail(committed.error());
    store::EntryPtr there = parts_.store.get(key);
    Error error = alreadyExists(kind.groupResource(), name);
    if (there && there->value().get("metadata").has("deletionTimestamp")) {
      error = Error(ErrorCode::AlreadyExists, "object is being deleted: " + error.message())
                  .reason("AlreadyExists");
    }
    return fail(error);
  }
  return stored(201, resource, (*committed)[0]);
}

Result<Answer> Api::update(Call& call, const Value& body) {
  TRY(ResourcePtr resource, resourceOf(call));
  if (call.subresource == "scale") return updateScale(call, *resource, body);
  if (!resource->serves("update")) return fail(methodNotSupported(resource->kind->groupResource(), "update"));
  TRY_VOID(checkBodyType(*resource, body));
  TRY(Value object, decode(call, *resource, body, true));
  dropDoubleOwners(call, object);
  const std::string& name = object.get("metadata", "name").asString();
  if (name.empty())
    return fail(badRequest("the name of the object (" + call.name +
                           " based on URL) was undeterminable: name must be provided"));
  if (name != call.name) {
    return fail(badRequest("the name of the object (" + name + ") does not match the name on the URL (" +
                           call.name + ")"));
  }
  const std::string ns = object.get("metadata", "namespace").asString();
  if (!resource->kind->namespaced) {
    if (!ns.empty()) object["metadata"].erase("namespace");
  } else if (!ns.empty() && ns != call.ns) {
    return fail(
        badRequest("the namespace of the provided object does not match the namespace sent on the request"));
  }
  Writing writing{call, *resource};
  writing.createWhenMissing = resource->kind->createOnUpdate && call.subresource.empty();
  return write(writing, [&](const Value&) -> Result<Value> { return object; });
}

Result<Answer> Api::write(const Writing& writing, const Change& change) {
  const Resource& resource = writing.resource;
  Call& call = writing.call;
  std::string key = resource.key(call.ns, call.name);
  for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
    store::EntryPtr entry = parts_.store.get(key);
    if (!entry) {
      if (!writing.createWhenMissing) return fail(notFound(resource.kind->groupResource(), call.name));
      TRY(Value object, change({}));
      const std::string& uid = object.get("metadata", "uid").asString();
      if (!uid.empty()) return fail(otherUid(resource, call, uid, ""));
      Result<Answer> made = insert(call, resource, std::move(object), writing.applies);
      if (!made && made.error().code() == ErrorCode::AlreadyExists)
        continue;  // somebody was faster; now it is an update
      return made;
    }
    Value live = resource.fromStorage(entry->value());
    TRY(Value object, change(live));
    Result<Answer> replaced = replace(writing, entry, live, std::move(object));
    bool raced = !replaced && replaced.error().code() == ErrorCode::Conflict &&
                 replaced.error().reasonText() == "Raced";
    // From the new state: a condition on the revision fails there, and what has gone meanwhile is not found.
    if (!raced) return replaced;
  }
  return fail(conflict(resource.kind->groupResource(), call.name, kModified));
}

void Api::keepServerFields(const Writing& writing, const Value& live, Value& object) const {
  const KindInfo& kind = *writing.resource.kind;
  if (writing.call.subresource == "status") {
    // Only the status is taken from the request; a custom resource keeps all of its metadata but
    // managedFields, a built-in kind takes what changed in annotations and finalizers.
    Value out = live;
    if (object.has("status")) {
      out.set("status", object.get("status"));
    } else {
      out.erase("status");
    }
    if (writing.resource.custom) {
      if (object.get("metadata").has("managedFields")) {
        out["metadata"].set("managedFields", object.get("metadata", "managedFields"));
      } else {
        out["metadata"].erase("managedFields");
      }
    } else {
      Value meta = object.get("metadata");
      // Only a Deployment's strategy holds the labels fast.
      if (kind.group == "apps" && kind.resource == "deployments") {
        if (live.get("metadata").has("labels")) {
          meta.set("labels", live.get("metadata", "labels"));
        } else {
          meta.erase("labels");
        }
      }
      if (kind.group.empty() && kind.resource == "pods" && live.get("status").has("qosClass") &&
          out.get("status").isObject())
        out["status"].set("qosClass", live.get("status", "qosClass"));
      out.set("metadata", std::move(meta));
    }
    object = std::move(out);
  } else if (kind.status) {
    if (live.has("status")) {
      object.set("status", live.get("status"));
    } else {
      object.erase("status");
    }
  }
  Value& meta = object["metadata"];
  const Value& was = live.get("metadata");
  for (const char* field : {"uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds",
                            "generation", "generateName", "selfLink"}) {
    bool given = meta.has(field) && !meta.get(field).isNull() && !(meta.get(field) == Value(""));
    if (std::string_view(field) == "uid" && given) continue;
    if (std::string_view(field) == "generateName" && given) continue;
    if (was.has(field)) {
      meta.set(field, was.get(field));
    } else {
      meta.erase(field);
    }
  }
  if (writing.resource.kind->namespaced && meta.get("namespace").asString().empty())
    meta.set("namespace", writing.call.ns);
}

Result<Answer> Api::replace(const Writing& writing, const store::EntryPtr& entry, const Value& live,
                            Value object) {
  const Resource& resource = writing.resource;
  const KindInfo& kind = *resource.kind;
  Call& call = writing.call;
  if (kind.setDefaults && !writing.applies) kind.setDefaults(object);
  const std::string revision = object.get("metadata", "resourceVersion").asString();
  const std::string now = std::to_string(entry->modified);
  const std::string& uid = object.get("metadata", "uid").asString();
  if (!uid.empty() && uid != live.get("metadata", "uid").asString()) {
    return fail(otherUid(resource, call, uid, live.get("metadata", "uid").asString()));
  }
  if (revision.empty() && !kind.allowUnconditionalUpdate && !writing.isPatch) {
    Faults faults;
    faults.invalid("metadata.resourceVersion", 0, "must be specified for an update");
    return fail(Error(invalidObject(kind.groupKind(), call.name, faults)));
  }
  if (!revision.empty() && revision != now) return fail(conflict(kind.groupResource(), call.name, kModified));
  if (!writing.applies) {
    // As on create: the generation that Kubernetes keeps beside the object counts as set by who writes it.
    constexpr const char* kTemplateGeneration = "deprecated.daemonset.template.generation";
    bool daemon = kind.group == "apps" && kind.resource == "daemonsets" && call.subresource.empty();
    if (daemon && !object.get("metadata", "annotations").has(kTemplateGeneration)) {
      object["metadata"]["annotations"].set(kTemplateGeneration, "0");
    }
    object = trackUpdate(live, std::move(object), resource,
                         {managerOf(call), call.subresource, parts_.clock.now()});
  }
  TRY_VOID(admitted(Admission::Operation::Update, call, resource, &live, object));
  keepServerFields(writing, live, object);
  // A Deployment's annotations reach its revisions, so they count as part of what is wanted.
  bool wanted = specDiffers(object, live) ||
                (kind.group == "apps" && kind.resource == "deployments" &&
                 object.get("metadata", "annotations") != live.get("metadata", "annotations"));
  if (kind.generation && call.subresource != "status" && wanted) {
    object["metadata"].set("generation", live.get("metadata", "generation").asInt() + 1);
  }
  if (kind.prepareUpdate) kind.prepareUpdate(object, live, call.subresource);
  Faults faults;
  validateMetadataUpdate(object, live, faults);
  if (faults.empty()) validateMetadata(object, kind, faults);
  if (faults.empty() && kind.validate) kind.validate(object, faults);
  if (kind.validateUpdate) kind.validateUpdate(object, live, call.subresource, faults);
  std::unique_lock<std::mutex> allocation;
  if (faults.empty() && call.subresource.empty())
    TRY_VOID(allocated(resource, object, &live, faults, allocation));
  if (!faults.empty()) return fail(invalidObject(kind.groupKind(), call.name, faults));
  if (call.subresource != "status" && specDiffers(object, live)) warn(call, resource, object);
  object["metadata"].set("resourceVersion", now);
  object.set("metadata", orderedMetadata(object.get("metadata")));
  // A deletion that waited for finalizers ends with the last of them.
  const Value& meta = object.get("metadata");
  bool ends = live.get("metadata").has("deletionTimestamp") && meta.get("finalizers").empty() &&
              live.get("metadata", "deletionGracePeriodSeconds").asInt() == 0 &&
              !finalizesItself(resource, object);
  if (ends) {
    auto removed = commit({entry->key, std::nullopt, entry->modified, {}}, call.dryRun);
    if (!removed && removed.error().code() == ErrorCode::Conflict)
      return fail(Error(ErrorCode::Conflict, kModified).reason("Raced"));
    if (!removed) return fail(removed.error());
    return Answer{200, std::move(object)};
  }
  if (equalButManagedTimes(object, live)) return Answer{200, live};
  if (call.dryRun) return Answer{200, std::move(object)};
  auto committed = commit({entry->key, resource.toStorage(object), entry->modified, &stampRevision}, false);
  if (!committed) {
    if (committed.error().code() == ErrorCode::Conflict)
      return fail(Error(ErrorCode::Conflict, kModified).reason("Raced"));
    return fail(committed.error());
  }
  return stored(200, resource, (*committed)[0]);
}

}  // namespace puppis::apiserver
