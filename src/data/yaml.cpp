// SPDX-License-Identifier: Apache-2.0
#include "data/yaml.h"

#include <map>
#include <optional>
#include <string_view>
#include <unordered_map>

#include <libfyaml.h>

#include "base/strings.h"
#include "data/yaml_open.h"
#include "data/yaml_scalar.h"

namespace puppis::data {

namespace {

constexpr int kMaxDepth = 1000;
/// Aliases share their subtree here, yet whoever walks the value walks every copy.
constexpr std::uint64_t kMaxNodes = 10'000'000;
constexpr std::size_t kFewMembers = 12;

struct ParserDeleter {
  void operator()(fy_parser* p) const { fy_parser_destroy(p); }
};
struct DiagDeleter {
  void operator()(fy_diag* d) const { fy_diag_destroy(d); }
};

/// One event, given back to its parser at the end.
class Event {
 public:
  Event(fy_parser* parser, fy_event* event) : parser_(parser), event_(event) {}
  Event(Event&& other) noexcept : parser_(other.parser_), event_(std::exchange(other.event_, nullptr)) {}
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  Event& operator=(Event&&) = delete;
  ~Event() {
    if (event_ != nullptr) fy_parser_event_free(parser_, event_);
  }
  const fy_event* operator->() const { return event_; }
  [[nodiscard]] bool missing() const { return event_ == nullptr; }

 private:
  fy_parser* parser_;
  fy_event* event_;
};

/// A finished node and how many nodes a walk through it meets.
struct Node {
  Value value;
  std::uint64_t nodes = 1;
};

/// A mapping's key: its text as a member name, and whether it is the merge key.
struct MapKey {
  std::string name;
  Mark mark;
  bool merge = false;
};

class Builder {
 public:
  Builder(std::shared_ptr<const SourceFile> source, YamlSchema schema)
      : source_(std::move(source)), schema_(schema) {}

  Result<std::vector<Value>> run() {
    if (auto bad = firstInvalidUtf8(source_->text())) {
      return fail(Error(ErrorCode::InvalidArgument, "the text is not valid UTF-8").at(source_->locate(*bad)));
    }
    TRY_VOID(open());
    std::vector<Value> documents;
    for (;;) {
      TRY(Event event, next());
      if (event.missing() || event->type == FYET_STREAM_END) break;
      if (event->type == FYET_STREAM_START || event->type == FYET_DOCUMENT_END) continue;
      if (event->type != FYET_DOCUMENT_START) return fail(unexpected());
      anchors_.clear();
      TRY(Event first, next());
      TRY(Node root, node(std::move(first), 0));
      if (!root.value.isNull()) documents.push_back(std::move(root.value));
    }
    if (repeated_.size() == 1) return fail(repeated_.front());
    if (repeated_.empty()) return documents;
    Error all(ErrorCode::InvalidArgument, std::to_string(repeated_.size()) + " keys appear twice");
    for (Error& one : repeated_) all.detail(std::move(one));
    return fail(std::move(all));
  }

 private:
  Status open() {
    fy_diag_cfg diagnostics{};
    fy_diag_cfg_default(&diagnostics);
    diagnostics.fp = nullptr;
    diagnostics.output_fn = [](fy_diag*, void*, const char*, std::size_t) {};
    diag_.reset(fy_diag_create(&diagnostics));
    fy_diag_set_collect_errors(diag_.get(), true);
    fy_parse_cfg config{};
    config.search_path = "";
    config.flags = static_cast<fy_parse_cfg_flags>(FYPCF_QUIET | FYPCF_COLLECT_DIAG |
                                                   FYPCF_DISABLE_DEPTH_LIMIT | FYPCF_SLOPPY_FLOW_INDENTATION);
    config.diag = diag_.get();
    parser_.reset(fy_parser_create(&config));
    std::string_view text = source_->text();
    if (parser_ == nullptr || fy_parser_set_string(parser_.get(), text.data(), text.size()) != 0) {
      return fail(ErrorCode::Internal, "the YAML reader could not be set up");
    }
    return {};
  }

  Result<Event> next() {
    Event event(parser_.get(), fy_parser_parse(parser_.get()));
    if (event.missing()) {
      void* position = nullptr;
      if (const fy_diag_error* first = fy_diag_errors_iterate(diag_.get(), &position)) {
        return fail(syntaxError(*first));
      }
      if (fy_parser_get_stream_error(parser_.get())) return fail(unexpected());
    }
    return event;
  }

  Error syntaxError(const fy_diag_error& error) const {
    Location place = placeOf(error);
    std::string message = "YAML syntax: " + std::string(error.msg);
    std::size_t offset = 0;
    for (std::uint32_t line = 1; line < place.line; ++line) offset = source_->text().find('\n', offset) + 1;
    offset += place.column == 0 ? 0 : place.column - 1;
    auto opened = openedBefore(source_->text(), offset);
    if (!opened) return Error(ErrorCode::InvalidArgument, std::move(message)).at(std::move(place));
    bool quote = opened->character == '"' || opened->character == '\'';
    return Error(ErrorCode::InvalidArgument, message + ", for what is opened here is not closed on its line")
        .at(source_->locate(opened->offset))
        .at(std::move(place))
        .expected(quote ? std::string("a closing ") + opened->character
                        : std::string("a closing ") + (opened->character == '[' ? ']' : '}'))
        .found("the text below");
  }

  Location placeOf(const fy_diag_error& error) const {
    const fy_mark* start = error.fyt == nullptr ? nullptr : fy_token_start_mark(error.fyt);
    if (start != nullptr) return source_->locate(start->input_pos);
    return source_->locateLine(static_cast<std::uint32_t>(std::max(error.line, 1)),
                               static_cast<std::uint32_t>(std::max(error.column, 1)));
  }

  Error unexpected() const {
    return Error(ErrorCode::InvalidArgument, "YAML syntax: the text could not be read")
        .at(source_->locateLine(1, 1));
  }

  Mark markOf(fy_token* token) const {
    const fy_mark* start = token == nullptr ? nullptr : fy_token_start_mark(token);
    if (start == nullptr) return {};
    Location at = source_->locate(start->input_pos);
    return {at.line, at.column};
  }

  static std::string_view textOf(fy_token* token) {
    if (token == nullptr) return {};
    std::size_t length = 0;
    const char* text = fy_token_get_text(token, &length);
    return text == nullptr ? std::string_view() : std::string_view(text, length);
  }

  Error fault(Mark mark, std::string message) const {
    return Error(ErrorCode::InvalidArgument, std::move(message)).at(locate(*source_, mark));
  }

  Result<Node> node(Event event, int depth) {
    if (event.missing()) return fail(unexpected());
    switch (event->type) {
      case FYET_SCALAR: {
        TRY(Node out, scalar(event));
        return remember(event->scalar.anchor, std::move(out));
      }
      case FYET_ALIAS:
        return alias(event);
      case FYET_SEQUENCE_START: {
        TRY(Node out, sequence(event, depth));
        return remember(event->sequence_start.anchor, std::move(out));
      }
      case FYET_MAPPING_START: {
        TRY(Node out, mapping(event, depth));
        return remember(event->mapping_start.anchor, std::move(out));
      }
      default:
        return fail(unexpected());
    }
  }

  Result<Node> remember(fy_token* anchor, Node node) {
    if (anchor != nullptr) anchors_[std::string(textOf(anchor))] = node;
    return node;
  }

  Result<Node> alias(const Event& event) {
    Mark mark = markOf(event->alias.anchor);
    std::string name(textOf(event->alias.anchor));
    auto found = anchors_.find(name);
    if (found == anchors_.end()) {
      std::vector<std::string> known;
      for (const auto& [anchor, unused] : anchors_) known.push_back(anchor);
      Error error = fault(mark, "there is no anchor named \"" + name + "\" before this alias");
      if (auto near = nearest(name, known)) error.suggest("*" + *near);
      return fail(std::move(error));
    }
    total_ += found->second.nodes;
    if (total_ > kMaxNodes) {
      return fail(Error(ErrorCode::ResourceExhausted,
                        "the aliases of this YAML text expand to more than 10 million nodes")
                      .at(locate(*source_, mark)));
    }
    return found->second;
  }

  Result<Node> scalar(const Event& event) {
    ++total_;
    fy_token* token = event->scalar.value;
    Mark mark = markOf(token);
    fy_scalar_style style = token == nullptr ? FYSS_PLAIN : fy_token_scalar_style(token);
    bool plain = style == FYSS_PLAIN;
    // The library's mark of a quoted text is its first character; a reader looks for the quote.
    if ((style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED) && mark.column > 1) --mark.column;
    std::string_view text = textOf(token);
    ResolvedScalar resolved;
    if (event->scalar.tag != nullptr) {
      resolved = resolveTagged(textOf(event->scalar.tag), text, plain, schema_);
    } else if (plain) {
      resolved = resolvePlain(text, schema_);
    } else {
      resolved.value = Value(text);
    }
    if (resolved.fault != nullptr) return fail(fault(mark, resolved.fault).found(std::string(text)));
    resolved.value.setMark(mark);
    return Node{std::move(resolved.value), 1};
  }

  Result<Node> sequence(const Event& start, int depth) {
    Mark mark = markOf(start->sequence_start.sequence_start);
    if (depth >= kMaxDepth) return fail(tooDeep(mark));
    ++total_;
    Node out{Value::array(), 1};
    for (;;) {
      TRY(Event event, next());
      if (event.missing()) return fail(unexpected());
      if (event->type == FYET_SEQUENCE_END) break;
      TRY(Node element, node(std::move(event), depth + 1));
      out.nodes += element.nodes;
      out.value.push(std::move(element.value));
    }
    if (!mark.known() && !out.value.empty()) mark = out.value.at(0).mark();
    out.value.setMark(mark);
    return out;
  }

  Result<Node> mapping(const Event& start, int depth) {
    Mark mark = markOf(start->mapping_start.mapping_start);
    if (depth >= kMaxDepth) return fail(tooDeep(mark));
    ++total_;
    Node out{Value::object(), 1};
    std::unordered_map<std::string, Mark> own;
    std::vector<std::pair<Value, Mark>> merges;
    for (;;) {
      TRY(Event event, next());
      if (event.missing()) return fail(unexpected());
      if (event->type == FYET_MAPPING_END) break;
      TRY(MapKey key, mapKey(std::move(event), depth));
      if (!mark.known()) mark = key.mark;
      TRY(Event valueEvent, next());
      TRY(Node member, node(std::move(valueEvent), depth + 1));
      out.nodes += member.nodes + 1;
      if (key.merge) {
        merges.emplace_back(std::move(member.value), key.mark);
        continue;
      }
      TRY_VOID(addMember(out.value, own, key, std::move(member.value)));
    }
    for (const auto& [from, at] : merges) TRY_VOID(merge(out.value, from, at));
    // Unknown for an implicit block mapping; its first key stands for it.
    out.value.setMark(mark);
    return out;
  }

  Status addMember(Value& out, std::unordered_map<std::string, Mark>& seen, const MapKey& key, Value member) {
    std::optional<Mark> old;
    if (out.size() < kFewMembers) {
      if (const Member* found = out.findMember(key.name)) old = found->keyMark;
    } else {
      if (seen.empty()) {
        for (const Member& m : out.members()) seen.emplace(m.key.str(), m.keyMark);
      }
      if (auto found = seen.find(key.name); found != seen.end()) old = found->second;
      seen.emplace(key.name, key.mark);
    }
    if (old) {
      auto length = static_cast<std::uint32_t>(key.name.size());
      // Reading goes on, so that all of them are told.
      repeated_.push_back(
          Error(ErrorCode::InvalidArgument, "the key \"" + key.name + "\" appears twice in one mapping")
              .at(locate(*source_, key.mark, length))
              .at(locate(*source_, *old, length))
              .expected("each key once")
              .found("\"" + key.name + "\" again"));
      return {};
    }
    out.append(Key(key.name), std::move(member), key.mark);
    return {};
  }

  /// The members of a merged mapping, where the mapping has no such key itself; of several, the first wins.
  Status merge(Value& out, const Value& from, Mark at) {
    if (from.isArray()) {
      for (const Value& one : from.elements()) TRY_VOID(merge(out, one, at));
      return {};
    }
    if (!from.isObject()) {
      return fail(fault(at, "a merge key needs a mapping or a list of mappings")
                      .found(std::string(kindName(from.kind()))));
    }
    for (const Member& m : from.members()) {
      if (!out.has(m.key.str())) out.append(m.key, m.value, m.keyMark);
    }
    return {};
  }

  Result<MapKey> mapKey(Event event, int depth) {
    if (event->type == FYET_SCALAR) {
      fy_token* token = event->scalar.value;
      bool plain = token != nullptr && fy_token_scalar_style(token) == FYSS_PLAIN;
      if (plain && event->scalar.tag == nullptr && textOf(token) == "<<")
        return MapKey{"<<", markOf(token), true};
    }
    TRY(Node key, node(std::move(event), depth + 1));
    const Value& value = key.value;
    switch (value.kind()) {
      case Kind::String:
        return MapKey{value.asString(), value.mark(), false};
      case Kind::Bool:
        return MapKey{value.asBool() ? "true" : "false", value.mark(), false};
      case Kind::Int:
      case Kind::Number:
        return MapKey{value.numberText(), value.mark(), false};
      case Kind::Null:
        if (schema_ == YamlSchema::Cue) return MapKey{"null", value.mark(), false};
        break;
      default:
        break;
    }
    return fail(fault(value.mark(), "a mapping's key must be a text, a number or a boolean")
                    .found(std::string(kindName(value.kind()))));
  }

  Error tooDeep(Mark mark) const {
    return fault(mark, "the YAML text nests deeper than " + std::to_string(kMaxDepth) + " levels");
  }

  std::shared_ptr<const SourceFile> source_;
  YamlSchema schema_;
  std::vector<Error> repeated_;
  std::unique_ptr<fy_diag, DiagDeleter> diag_;
  std::unique_ptr<fy_parser, ParserDeleter> parser_;
  std::map<std::string, Node> anchors_;
  std::uint64_t total_ = 0;
};

}  // namespace

Result<std::vector<Value>> parseYaml(const std::shared_ptr<const SourceFile>& source, YamlSchema schema) {
  return Builder(source, schema).run();
}

Location locate(const SourceFile& source, Mark mark, std::uint32_t length) {
  return source.locateLine(mark.line, mark.column, length);
}

}  // namespace puppis::data
