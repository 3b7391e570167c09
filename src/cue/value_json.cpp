// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <utility>

#include "base/stack.h"
#include "base/strings.h"
#include "cue/json.h"
#include "cue/session_impl.h"
#include "data/json_string.h"

// Values as data.

namespace puppis::cue {

using eval::Bottom;
using eval::Context;
using eval::Vertex;

namespace {

/// A walk over a finished value that collects what keeps it from being data.
class DataWalk {
 public:
  explicit DataWalk(Context& ctx) : ctx_(ctx) {}
  Bottom* failure() const { return failure_; }

 protected:
  /// What is shown of v: its default, finished.
  Vertex* shownOf(Vertex* v) {
    if (v->status != eval::VertexStatus::Finalized) ctx_.finalize(v);
    v = eval::defaultOfVertex(ctx_, v)->deref();
    if (v->status != eval::VertexStatus::Finalized) ctx_.finalize(v);
    return v->deref();
  }

  void failed(Bottom* b) { failure_ = ctx_.combine(failure_, b); }

  void incomplete(Vertex* v) {
    eval::Restore at(ctx_.vertex, v);
    ir::Value* shown = v->value();
    Bottom* b = ctx_.bottomOf(ctx_.newPosf({}, "incomplete value {}", {shown != nullptr ? shown : v}),
                              eval::Code::Incomplete);
    for (const eval::Conjunct& c : v->conjuncts) ctx_.addPlaces(b->errors->entry->more, eval::elemOf(c.x));
    failed(b);
  }

  /// Runs `base` on what is shown of v, and counts that: the same value may be shown at many places, so the
  /// output can be much more than what was evaluated.
  template <typename Base>
  auto show(Vertex* v, Base base) {
    constexpr std::size_t kBytesPerValue = 48;  // of a member of an object: key, value, place
    ctx_.step();
    ctx_.arena.charge(kBytesPerValue);
    ctx_.altPath.push_back(v);
    struct Leave {
      Context& ctx;
      ~Leave() { ctx.altPath.pop_back(); }
    } leave{ctx_};
    Vertex* shown = shownOf(v);
    if (shown->arcs.empty()) return base(shown);
    eval::Nesting nesting(ctx_);
    return deeper([&] { return base(shown); });
  }

  std::string_view text(const ir::Value* v) {
    const std::string_view out = v->kind == ir::NodeKind::String ? static_cast<const ir::String*>(v)->text
                                                                 : static_cast<const ir::Bytes*>(v)->text;
    ctx_.arena.charge(out.size());
    return out;
  }

  /// Calls `visit` with each field that data has, in order.
  template <typename Visit>
  void fields(Vertex* v, Visit visit) {
    for (Feature f : eval::orderedFeatures(ctx_, v)) {
      if (!f.isString()) continue;
      Vertex* arc = v->lookupRaw(f);
      if (arc == nullptr) continue;
      if (arc->arcType == ir::ArcType::Required) {
        eval::Restore at(ctx_.vertex, arc);
        Bottom* b =
            ctx_.bottomOf(ctx_.newPosf(arc->conjuncts.empty() ? ir::Origin{} : arc->conjuncts[0].x->origin(),
                                       "field is required but not present", {}),
                          eval::Code::Incomplete);
        failed(b);
        continue;
      }
      if (ctx_.isDefined(arc)) visit(ctx_.labelText(f), arc);
    }
  }

  Context& ctx_;
  Bottom* failure_ = nullptr;
};

class ToJson : public DataWalk {
 public:
  using DataWalk::DataWalk;

  data::Value vertex(Vertex* v) {
    return show(v, [this](Vertex* shown) { return base(shown); });
  }

 private:
  data::Value base(Vertex* v) {
    if (v->base == nullptr) {
      incomplete(v);
      return {};
    }
    switch (v->base->kind) {
      case ir::NodeKind::Null:
        return nullptr;
      case ir::NodeKind::Bool:
        return static_cast<ir::Bool*>(v->base)->value;
      case ir::NodeKind::Num:
        return number(static_cast<ir::Num*>(v->base)->value);
      case ir::NodeKind::String:
        return text(v->value());
      case ir::NodeKind::Bytes:
        return base64Encode(text(v->value()));
      case ir::NodeKind::Bottom: {
        // Where fields failed, they tell it with their own paths.
        auto* b = static_cast<Bottom*>(v->base);
        failed(b);
        return {};
      }
      case ir::NodeKind::ListMarker: {
        data::Value out = data::Value::array();
        out.reserve(v->arcs.size());
        for (std::uint32_t i = 0; i < v->arcs.size(); ++i) {
          if (v->arcs[i]->label.isInt()) out.push(vertex(v->arcs[i]));
        }
        return out;
      }
      case ir::NodeKind::StructMarker: {
        data::Value out = data::Value::object();
        out.reserve(v->arcs.size());
        fields(v, [&](std::string_view label, Vertex* arc) { out.append(data::Key(label), vertex(arc)); });
        return out;
      }
      default:
        incomplete(v);
        return {};
    }
  }

  static data::Value number(const number::Decimal& d) {
    if (d.isInt()) {
      if (auto i = number::toInt64(d)) return *i;
    }
    return data::Value::number(number::toText(d));
  }
};

class JsonText : public DataWalk {
 public:
  JsonText(Context& ctx, std::string& out) : DataWalk(ctx), out_(out) {}

  void vertex(Vertex* v) {
    show(v, [this](Vertex* shown) { base(shown); });
  }

 private:
  void base(Vertex* v) {
    if (v->base == nullptr) {
      incomplete(v);
      return;
    }
    switch (v->base->kind) {
      case ir::NodeKind::Null:
        out_ += "null";
        break;
      case ir::NodeKind::Bool:
        out_ += static_cast<ir::Bool*>(v->base)->value ? "true" : "false";
        break;
      case ir::NodeKind::Num: {
        const number::Decimal& d = static_cast<ir::Num*>(v->base)->value;
        auto i = d.isInt() ? number::toInt64(d) : std::nullopt;
        if (i) {
          char digits[24];
          out_.append(digits, std::to_chars(digits, digits + sizeof digits, *i).ptr);
        } else {
          number::appendText(out_, d);
        }
        break;
      }
      case ir::NodeKind::String:
        data::appendJsonString(out_, text(v->value()));
        break;
      case ir::NodeKind::Bytes:
        data::appendJsonString(out_, base64Encode(text(v->value())));
        break;
      case ir::NodeKind::Bottom:
        failed(static_cast<Bottom*>(v->base));
        break;
      case ir::NodeKind::ListMarker: {
        char before = '[';
        for (std::uint32_t i = 0; i < v->arcs.size(); ++i) {
          if (!v->arcs[i]->label.isInt()) continue;
          out_ += std::exchange(before, ',');
          vertex(v->arcs[i]);
        }
        out_ += before == '[' ? "[]" : "]";
        break;
      }
      case ir::NodeKind::StructMarker: {
        char before = '{';
        fields(v, [&](std::string_view label, Vertex* arc) {
          out_ += std::exchange(before, ',');
          data::appendJsonString(out_, label);
          out_ += ':';
          vertex(arc);
        });
        out_ += before == '{' ? "{}" : "}";
        break;
      }
      default:
        incomplete(v);
    }
  }

  std::string& out_;
};

}  // namespace

Result<data::Value> Value::toJson() const {
  if (vertex_ == nullptr) return puppis::fail(ErrorCode::NotFound, "value does not exist");
  Context& ctx = session_->impl().ctx;
  Bottom* failure = nullptr;
  data::Value out = guarded(ctx, data::Value(), [&] {
    ToJson json(ctx);
    data::Value made = json.vertex(vertex_);
    failure = json.failure();
    return made;
  });
  if (const auto& limit = session_->exhausted()) return puppis::fail(*limit);
  if (failure != nullptr) return puppis::fail(eval::toError(ctx, *failure));
  return out;
}

Status appendJson(std::string& out, const Value& value) {
  if (value.vertex() == nullptr) return puppis::fail(ErrorCode::NotFound, "value does not exist");
  Context& ctx = value.session()->impl().ctx;
  const std::size_t before = out.size();
  Bottom* failure = nullptr;
  guarded(ctx, false, [&] {
    JsonText text(ctx, out);
    text.vertex(value.vertex());
    failure = text.failure();
    return true;
  });
  const auto& limit = value.session()->exhausted();
  if (!limit && failure == nullptr) return {};
  out.resize(before);
  return puppis::fail(limit ? *limit : eval::toError(ctx, *failure));
}

}  // namespace puppis::cue
