#pragma once

#include "clang/AST/ASTContext.h"
#include "tools/reflect/find_classes.h"
#include "tools/reflect/model_types.h"
#include "tools/reflect/reporter.h"

namespace lithe::reflect {

/// What a check looks at, and where it tells what it found.
struct CheckContext {
    const FoundCode& code;
    ModelTypes& types;
    clang::ASTContext& ast;
    Reporter& reporter;
};

/// `conv1 = register_module("conv2", ...)`: the registered name is not the member's.
void check_name_mismatch(const CheckContext& context);

/// A layer that a constructor makes in a local variable and stores nowhere.
void check_local_layer(const CheckContext& context);

/// A module made by `new` and kept in a raw pointer, which owns and names nothing.
void check_raw_pointer(const CheckContext& context);

/// A member Tensor that starts as something to be learnt, but is no parameter.
void check_raw_parameter(const CheckContext& context);

/// A layer or parameter made anew by every call of forward().
void check_parameter_in_forward(const CheckContext& context);

/// forward() of a module that no holder keeps: its hooks cannot fire.
void check_unhookable_forward(const CheckContext& context);

/// save() of a module object instead of its state_dict().
void check_whole_object_save(const CheckContext& context);

/// Runs them all; each tells mistakes under the id `reflect.<its name>`.
void run_checks(const CheckContext& context);

}  // namespace lithe::reflect
