// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cue/eval/builtin.h"
#include "cue/eval/context.h"

namespace puppis::cue::eval {

/// Calls a function that needs the evaluator. The result is an expression still to be evaluated, a Bottom, or
/// null with the failure in the Context.
Node* callCore(Context& ctx, const Builtin& f, ir::CallExpr* call, Vec<Value*>& args);
/// Calls a function of the standard library's table.
Node* callTable(Context& ctx, const Builtin& f, Vec<Value*>& args);
/// `error("...")`
Value* userError(Context& ctx, ir::CallExpr* call);

/// Data as an expression: literals, struct and list literals.
Node* exprOfData(Context& ctx, const builtin::Value& value);
/// A finalized value as data, in the order of fields; null with the failure in `err` when something in it is
/// not concrete.
bool dataOf(Context& ctx, Value* v, builtin::Value& out, Bottom*& err);

}  // namespace puppis::cue::eval
