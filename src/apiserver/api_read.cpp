// SPDX-License-Identifier: Apache-2.0
// get, list and watch.
#include <algorithm>
#include <charconv>

#include "apiserver/api.h"
#include "apiserver/faults.h"
#include "apiserver/go_json.h"
#include "apiserver/metadata.h"
#include "base/strings.h"
#include "data/json.h"

namespace puppis::apiserver {

using data::Value;

Api::Api(Parts parts) : parts_(parts), hub_(parts.store, parts.clock) {}

Result<ResourcePtr> Api::resourceOf(const Call& call) const {
  ResourcePtr resource = parts_.registry.find(call.type);
  if (!resource) return fail(noSuchPath());
  return resource;
}

Result<Value> Api::read(const Resource& resource, const std::string& ns, const std::string& name) const {
  store::EntryPtr entry = parts_.store.get(resource.key(ns, name));
  if (!entry) return fail(notFound(resource.kind->groupResource(), name));
  return resource.fromStorage(entry->value());
}

namespace {

/// A resourceVersion as a client sends it; nothing when it is empty.
Result<std::optional<store::Revision>> parseRevision(const std::string& text) {
  if (text.empty()) return std::optional<store::Revision>{};
  store::Revision out = 0;
  auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (code != std::errc{} || end != text.data() + text.size() || out < 0) {
    Faults faults;
    faults.invalid("resourceVersion", text,
                   "strconv.ParseUint: parsing " + data::toJson(Value(text)) + ": invalid syntax");
    return fail(badRequest("invalid resource version: " + faults.list()[0].str()));
  }
  return std::optional<store::Revision>(out);
}

Error tooLarge(Call& call, store::Revision asked, store::Revision now) {
  call.about = Call::About{};
  call.about->retryAfterSeconds = 1;
  Error error(ErrorCode::Timeout, "Timeout: Too large resource version: " + std::to_string(asked) +
                                      ", current: " + std::to_string(now));
  error.reason("Timeout");
  error.detail(Error(ErrorCode::Timeout, "Too large resource version").reason("ResourceVersionTooLarge"));
  return error;
}

struct ContinueToken {
  store::Revision revision = 0;
  std::string start;
};

std::string base64Url(std::string text) {
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  while (!text.empty() && text.back() == '=') text.pop_back();
  return text;
}

std::string encodeContinue(store::Revision revision, const std::string& start) {
  Value token = Value::object({{"v", "meta.k8s.io/v1"}, {"rv", revision}, {"start", start}});
  return base64Url(base64Encode(data::toJson(token)));
}

Result<ContinueToken> decodeContinue(std::string text) {
  for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
  while (text.size() % 4 != 0) text += '=';
  auto bytes = base64Decode(text);
  if (!bytes) return fail(badRequest("continue key is not valid: illegal base64 data"));
  auto token = data::parseJson(std::string_view(*bytes));
  if (!token)
    return fail(badRequest("invalid continue token: continue key is not valid: " + goJsonError(*bytes)));
  if (token->get("v").asString() != "meta.k8s.io/v1") {
    return fail(badRequest(
        "invalid continue token: continue key is not valid: server does not recognize this encoded version " +
        token->get("v").asString()));
  }
  ContinueToken out{token->get("rv").asInt(), token->get("start").asString()};
  if (out.revision == 0)
    return fail(badRequest(
        "continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)"));
  if (out.start.empty())
    return fail(badRequest("continue key is not valid: encoded start key empty (version meta.k8s.io/v1)"));
  return out;
}

Status refuseOptions(Call& call, const Faults& faults) {
  if (faults.empty()) return {};
  call.about = Call::About{"meta.k8s.io", "ListOptions", ""};
  return fail(invalidObject("ListOptions.meta.k8s.io", "", faults));
}

Status checkListOptions(Call& call) {
  Faults faults;
  const std::string& match = call.resourceVersionMatch;
  if (!match.empty()) {
    if (call.resourceVersion.empty()) {
      faults.forbidden("resourceVersionMatch",
                       "resourceVersionMatch is forbidden unless resourceVersion is provided");
    }
    if (!call.continueToken.empty())
      faults.forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided");
    if (match != "Exact" && match != "NotOlderThan")
      faults.notSupported("resourceVersionMatch", match, {"Exact", "NotOlderThan", ""});
    if (match == "Exact" && call.resourceVersion == "0") {
      faults.forbidden("resourceVersionMatch",
                       "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
    }
  }
  if (call.sendInitialEvents)
    faults.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list");
  return refuseOptions(call, faults);
}

Status checkWatchOptions(Call& call) {
  Faults faults;
  const std::string& match = call.resourceVersionMatch;
  if (call.sendInitialEvents && match != "NotOlderThan") {
    faults.forbidden("resourceVersionMatch",
                     "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
  }
  if (!match.empty()) {
    if (!call.sendInitialEvents)
      faults.forbidden("resourceVersionMatch",
                       "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
    if (match != "NotOlderThan") faults.notSupported("resourceVersionMatch", match, {"NotOlderThan"});
    if (!call.continueToken.empty())
      faults.forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided");
  }
  return refuseOptions(call, faults);
}

/// What a kube-apiserver says of a label selector that it cannot read.
std::string selectorFault(const std::string& text, const Error& error) {
  if (error.foundText().empty()) return error.message();
  std::string word =
      error.foundText() == "the end" ? "" : error.foundText().substr(1, error.foundText().size() - 2);
  std::string found = "'" + word + "'";
  const std::string& expected = error.expectedText();
  const std::string lead = "unable to parse requirement: found " + found;
  if (expected == "a label key") {
    std::string before(trim(text));
    if (word.empty())
      return endsWith(before, ",") ? "found '', expected: identifier after ','"
                                   : lead + ", expected: identifier";
    if (startsWith(before, word)) return "found " + found + ", expected: !, identifier, or 'end of string'";
    return "found " + found + ", expected: identifier after ','";
  }
  if (startsWith(expected, "\"(\"")) return lead + " expected: '('";
  if (expected == "\",\" or \")\"") return lead + ", expected: ',' or ')'";
  if (expected == "\",\"") {
    bool afterOperator = text.find("===") != std::string::npos || text.find("=!=") != std::string::npos;
    if (afterOperator) return lead + ", expected: identifier";
    return "found " + found + ", expected: ',' or 'end of string'";
  }
  if (startsWith(expected, "=,")) return lead + ", expected: in, notin, =, ==, !=, gt, lt";
  if (expected == "an integer") {
    return "unable to parse requirement: values[0]: Invalid value: \"" + word +
           "\": for 'Gt', 'Lt' operators, the value must be an integer";
  }
  return lead + ", expected: " + expected;
}

Result<kube::LabelSelector> labelFilter(const std::string& text) {
  auto selector = kube::LabelSelector::parse(text);
  if (!selector) return fail(badRequest(selectorFault(text, selector.error())));
  for (const auto& requirement : selector->requirements()) {
    const std::string lead = "unable to parse requirement: ";
    if (std::string fault = qualifiedNameFault(requirement.key); !fault.empty())
      return fail(
          badRequest(lead + "<nil>: Invalid value: " + data::toJson(Value(requirement.key)) + ": " + fault));
    for (std::size_t i = 0; i < requirement.values.size(); ++i) {
      std::string fault = labelValueFault(requirement.values[i]);
      if (fault.empty()) continue;
      return fail(badRequest(lead + "values[" + std::to_string(i) + "][" + requirement.key +
                             "]: Invalid value: " + data::toJson(Value(requirement.values[i])) + ": " +
                             fault));
    }
  }
  return selector;
}

/// What a kube-apiserver says of a field that it does not select by.
Error unknownField(const Resource& resource, const std::string& path) {
  bool plain = !resource.custom && resource.kind->selectableFields.empty();
  if (plain) {
    return badRequest("\"" + path +
                      "\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
  }
  if (resource.custom || resource.kind->group.empty())
    return badRequest("field label not supported: " + path);
  return badRequest("field label \"" + path + "\" not supported for " + resource.kind->kind);
}

}  // namespace

Result<ObjectFilter> Api::filterOf(const Call& call, const Resource& resource) const {
  TRY(kube::LabelSelector labels, labelFilter(call.labelSelector));
  if (call.fieldSelector.empty()) return ObjectFilter(std::move(labels), {}, {});
  auto selector = kube::FieldSelector::parse(call.fieldSelector);
  if (!selector) {
    std::string part;
    for (const std::string& one : split(call.fieldSelector, ',')) {
      if (part.empty() && one.find('=') == std::string::npos) part = one;
    }
    if (part.empty()) return fail(unknownField(resource, ""));
    return fail(
        badRequest("invalid selector: '" + call.fieldSelector + "'; can't understand '" + part + "'"));
  }
  struct Term {
    std::function<std::string(const Value&)> read;
    std::string value;
    bool equal;
  };
  std::vector<Term> terms;
  std::vector<std::string> needles;
  for (const kube::FieldSelector::Term& term : selector->terms()) {
    // Names, which JSON writes as they are; other fields may be computed.
    bool isName =
        term.path == "metadata.name" || term.path == "metadata.namespace" || term.path == "spec.nodeName";
    if (isName && term.equal && term.value.find_first_of("\"\\<>&") == std::string::npos)
      needles.push_back('"' + term.value + '"');
    if (term.path == "metadata.name" || term.path == "metadata.namespace") {
      std::string field = term.path.substr(term.path.find('.') + 1);
      terms.push_back({[field](const Value& object) { return object.get("metadata", field).asString(); },
                       term.value, term.equal});
      continue;
    }
    auto known = resource.kind->selectableFields.find(term.path);
    if (known == resource.kind->selectableFields.end()) {
      return fail(unknownField(resource, term.path));
    }
    terms.push_back({known->second, term.value, term.equal});
  }
  auto fields = [terms = std::move(terms)](const Value& object) {
    return std::all_of(terms.begin(), terms.end(),
                       [&](const Term& term) { return (term.read(object) == term.value) == term.equal; });
  };
  return ObjectFilter(std::move(labels), std::move(fields), std::move(needles));
}

Result<Shown> Api::get(Call& call) {
  TRY(ResourcePtr resource, resourceOf(call));
  TRY(auto wanted, parseRevision(call.resourceVersion));
  if (wanted && *wanted > parts_.store.revision())
    return fail(tooLarge(call, *wanted, parts_.store.revision()));
  store::EntryPtr entry = parts_.store.get(resource->key(call.ns, call.name));
  if (!entry) return fail(notFound(resource->kind->groupResource(), call.name));
  if (call.subresource == "scale") return Shown(scaleOf(*resource, resource->fromStorage(entry->value())));
  return Shown(*resource, std::move(entry));
}

Result<ListAnswer> Api::list(Call& call) {
  TRY(ResourcePtr resource, resourceOf(call));
  TRY_VOID(checkListOptions(call));
  TRY(ObjectFilter filter, filterOf(call, *resource));
  TRY(auto wanted, parseRevision(call.resourceVersion));
  std::string from = resource->prefixOf(call.ns);
  std::string to = store::prefixEnd(from);
  std::string prefix = from;
  store::Revision at = 0;
  bool continues = !call.continueToken.empty();
  if (continues) {
    if (wanted && *wanted != 0)
      return fail(badRequest("specifying resource version is not allowed when using continue"));
    TRY(ContinueToken token, decodeContinue(call.continueToken));
    from = prefix + token.start;
    at = token.revision < 0 ? 0 : token.revision;
  } else if (wanted && call.resourceVersionMatch == "Exact") {
    at = *wanted;
  } else if (wanted && *wanted > 0 && call.limit > 0 && call.resourceVersionMatch.empty()) {
    at = *wanted;
  }
  if (wanted && *wanted > parts_.store.revision())
    return fail(tooLarge(call, *wanted, parts_.store.revision()));
  auto limit = static_cast<std::size_t>(std::max<std::int64_t>(call.limit, 0));
  ListAnswer answer;
  std::string lastKey;
  while (true) {
    auto range = parts_.store.range(from, to, limit, at);
    if (!range) {
      if (range.error().code() != ErrorCode::Gone) return fail(range.error());
      return fail(Error(ErrorCode::Gone, continues ? "The provided continue parameter is too old to display "
                                                     "a consistent list result. You can start a new "
                                                     "list without the continue parameter."
                                                   : "The resourceVersion for the provided list is too old.")
                      .reason("Expired"));
    }
    answer.revision = range->revision;
    at = range->revision;
    bool full = false;
    for (std::size_t i = 0; i < range->entries.size(); ++i) {
      const store::EntryPtr& entry = range->entries[i];
      lastKey = entry->key;
      if (filter.matches(*entry)) answer.items.emplace_back(*resource, entry);
      if (limit != 0 && answer.items.size() == limit) {
        full = i + 1 < range->entries.size() || range->more;
        break;
      }
    }
    if (full) {
      answer.continueToken =
          encodeContinue(answer.revision, lastKey.substr(prefix.size()) + std::string(1, '\0'));
      if (filter.everything()) answer.remaining = range->remaining;
      break;
    }
    if (!range->more) break;
    from = lastKey + std::string(1, '\0');
  }
  return answer;
}

Result<std::unique_ptr<WatchHandle>> Api::watch(Call& call, std::function<void(std::vector<WatchItem>)> items,
                                                std::function<void(Status)> ended) {
  TRY(ResourcePtr resource, resourceOf(call));
  TRY_VOID(checkWatchOptions(call));
  WatchRequest request;
  request.resource = resource;
  request.prefix = call.name.empty() ? resource->prefixOf(call.ns) : resource->key(call.ns, call.name);
  TRY(request.filter, filterOf(call, *resource));
  TRY(auto wanted, parseRevision(call.resourceVersion));
  bool initial = call.sendInitialEvents ? *call.sendInitialEvents : !wanted || *wanted == 0;
  request.bookmarks = call.bookmarks;
  if (call.timeoutSeconds && *call.timeoutSeconds > 0)
    request.timeout = std::chrono::seconds(*call.timeoutSeconds);
  request.after = wanted && *wanted > 0 ? *wanted : parts_.store.delivered();
  if (initial) {
    TRY(store::Range range, parts_.store.range(request.prefix, store::prefixEnd(request.prefix)));
    for (const store::EntryPtr& entry : range.entries) {
      if (!request.filter.matches(*entry)) continue;
      request.initial.push_back({WatchItem::Type::Added, Shown(*resource, entry), entry->modified});
    }
    request.after = range.revision;
    if (call.sendInitialEvents && call.bookmarks) {
      Value meta = Value::object({{"resourceVersion", std::to_string(range.revision)},
                                  {"annotations", Value::object({{"k8s.io/initial-events-end", "true"}})}});
      Value end = Value::object({{"kind", resource->kind->kind},
                                 {"apiVersion", resource->kind->apiVersion()},
                                 {"metadata", std::move(meta)}});
      request.initial.push_back({WatchItem::Type::Bookmark, Shown(std::move(end)), range.revision});
    }
  }
  request.items = std::move(items);
  request.ended = std::move(ended);
  auto handle = hub_.start(std::move(request));
  if (!handle && handle.error().code() == ErrorCode::Gone) {
    return fail(Error(ErrorCode::Gone, "too old resource version: " + call.resourceVersion + " (" +
                                           std::to_string(parts_.store.compacted() + 1) + ")")
                    .reason("Expired"));
  }
  return handle;
}

}  // namespace puppis::apiserver
