// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <new>
#include <set>
#include <utility>
#include <vector>

#include "cue/cue.h"
#include "cue/eval/state.h"
#include "cue/runtime_impl.h"

namespace puppis::cue {

struct Session::Impl {
  Impl(std::shared_ptr<Runtime> runtime, const Budget& budget) : ctx(std::move(runtime), budget) {}

  eval::Context ctx;
  std::vector<std::shared_ptr<const Program>> programs;
  std::vector<std::unique_ptr<ir::Unit>> units;
  std::set<std::pair<const ir::Unit*, std::uint64_t>> yields;

  /// Data as an expression whose parts know their places.
  ir::Node* exprOf(const data::Value& value, const ir::Unit* unit);
  ir::Unit* unitFor(std::shared_ptr<const SourceFile> source, const ir::Unit* appendedTo);
  Feature featureOf(const Selector& selector);
  Selector selectorOf(Feature f);
};

/// Runs `work` with the limits of the Session: exceeding one gives `otherwise`.
template <typename T, typename Work>
T guarded(eval::Context& ctx, T otherwise, Work work) {
  if (ctx.exhausted()) return otherwise;
  // A limit may end the work anywhere; the place in the program is put back for the next call.
  eval::Restore env(ctx.env);
  eval::Restore info(ctx.info);
  eval::Restore src(ctx.src);
  eval::Restore vertex(ctx.vertex);
  eval::Restore depth(ctx.evalDepth);
  struct MemoryLimit {
    Arena& arena;
    std::size_t saved;
    ~MemoryLimit() { arena.setLimit(saved); }
  } limit{ctx.arena, ctx.arena.limit()};
  ctx.arena.setLimit(ctx.budget().memoryBytes);
  const auto ended = [&] {
    ctx.taskStack.clear();
    ctx.overlays.clear();
    ctx.altPath.clear();
    ctx.errs = nullptr;
  };
  try {
    T out = work();
    ctx.errs = nullptr;
    return out;
  } catch (const eval::BudgetSignal&) {
    ended();
    return otherwise;
  } catch (const std::bad_alloc&) {
    ctx.outOfMemory();
    ended();
    return otherwise;
  } catch (const eval::YieldSignal&) {
    ctx.errs = nullptr;
    return otherwise;
  }
}

}  // namespace puppis::cue
