// SPDX-License-Identifier: Apache-2.0
#include "base/strings.h"
#include "cue/session_impl.h"

// Values as data.

namespace puppis::cue {

using eval::Bottom;
using eval::Context;
using eval::Vertex;

namespace {

class ToJson {
 public:
  explicit ToJson(Context& ctx) : ctx_(ctx) {}

  data::Value vertex(Vertex* v) {
    Vertex* shown = v;
    ctx_.finalize(v);
    v = eval::defaultOfVertex(ctx_, v)->deref();
    if (v->status != eval::VertexStatus::Finalized) ctx_.finalize(v);
    v = v->deref();
    ctx_.altPath.push_back(shown);
    data::Value out = base(v);
    ctx_.altPath.pop_back();
    return out;
  }

  Bottom* failure() const { return failure_; }

 private:
  void failed(Bottom* b) { failure_ = ctx_.combine(failure_, b); }

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
        return static_cast<ir::String*>(v->base)->text;
      case ir::NodeKind::Bytes:
        return base64Encode(static_cast<ir::Bytes*>(v->base)->text);
      case ir::NodeKind::Bottom: {
        // Where fields failed, they tell it with their own paths.
        auto* b = static_cast<Bottom*>(v->base);
        failed(b);
        return {};
      }
      case ir::NodeKind::ListMarker: {
        data::Value out = data::Value::array();
        for (std::uint32_t i = 0; i < v->arcs.size(); ++i) {
          if (v->arcs[i]->label.isInt()) out.push(vertex(v->arcs[i]));
        }
        return out;
      }
      case ir::NodeKind::StructMarker: {
        data::Value out = data::Value::object();
        for (Feature f : eval::orderedFeatures(ctx_, v)) {
          if (!f.isString()) continue;
          Vertex* arc = v->lookupRaw(f);
          if (arc == nullptr) continue;
          if (arc->arcType == ir::ArcType::Required) {
            eval::Restore at(ctx_.vertex, arc);
            Bottom* b = ctx_.bottomOf(
                ctx_.newPosf(arc->conjuncts.empty() ? ir::Origin{} : arc->conjuncts[0].x->origin(),
                             "field is required but not present", {}),
                eval::Code::Incomplete);
            failed(b);
            continue;
          }
          if (!ctx_.isDefined(arc)) continue;
          out.append(data::Key(ctx_.labelText(f)), vertex(arc));
        }
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

  void incomplete(Vertex* v) {
    eval::Restore at(ctx_.vertex, v);
    ir::Value* shown = v->value();
    Bottom* b = ctx_.bottomOf(ctx_.newPosf({}, "incomplete value {}", {shown != nullptr ? shown : v}),
                              eval::Code::Incomplete);
    for (const eval::Conjunct& c : v->conjuncts) ctx_.addPlaces(b->errors->entry->more, eval::elemOf(c.x));
    failed(b);
  }

  Context& ctx_;
  Bottom* failure_ = nullptr;
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

}  // namespace puppis::cue
