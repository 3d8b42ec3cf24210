#pragma once

#include "clang/AST/Decl.h"
#include "clang/AST/Expr.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/Stmt.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace lithe::reflect {

/// The statements and expressions around one, outermost first.
using Ancestors = llvm::ArrayRef<const clang::Stmt*>;
using VisitStatement = llvm::function_ref<void(const clang::Stmt&, Ancestors)>;

/// Visits a statement and all below it, each before what it contains; lambda bodies too.
void for_each_statement(const clang::Stmt* root, VisitStatement visit);
/// Visits the member initialisers as written, and the body.
void for_each_statement(const clang::FunctionDecl& function, VisitStatement visit);

/// The expression as the author wrote it, without conversions, temporaries and parentheses.
const clang::Expr* written(const clang::Expr* expression);

/// The name of the function or method that is called, also where it depends on template
/// parameters; empty for what has none.
llvm::StringRef called_name(const clang::CallExpr& call);
/// The object that a method is called on, `this` included; null for a function.
const clang::Expr* called_object(const clang::CallExpr& call);

/// The text between quotes, or null for what is no plain string literal.
const clang::StringLiteral* string_literal(const clang::Expr* expression);

/// The field that `field` or `this->field` names, or null.
const clang::FieldDecl* own_field(const clang::Expr* expression);

/// Both sides of `a = b`, for built-in and overloaded operators; null sides for anything else.
struct Assignment {
    const clang::Expr* target = nullptr;
    const clang::Expr* value = nullptr;
};
Assignment as_assignment(const clang::Stmt& statement);

}  // namespace lithe::reflect
