#pragma once

#include "clang/AST/DeclCXX.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "tools/reflect/find_classes.h"

namespace lithe::reflect {

using VisitFieldValue =
    llvm::function_ref<void(const clang::FieldDecl& field, const clang::Expr& value)>;

/// Visits every value that a Module class of the author's gives to a field of its own: initialisers
/// in the class and in constructors, and assignments in any method.
void for_each_field_value(const FoundCode& code, VisitFieldValue visit);

/// The Module class that the function is a method of, or null.
const clang::CXXRecordDecl* module_of(const clang::FunctionDecl& function, ModelTypes& types);

/// The call in `value`, through the conversions to the field's type; null if there is none.
const clang::CallExpr* value_call(const clang::Expr& value);

/// register_module, register_parameter or register_buffer.
bool is_registration(const clang::CallExpr& call);

}  // namespace lithe::reflect
