#include "tools/reflect/statements.h"

#include "clang/AST/DeclCXX.h"
#include "tools/reflect/clang_names.h"

namespace lithe::reflect {

namespace {

void visit_below(const Stmt* statement, std::vector<const Stmt*>& ancestors, VisitStatement visit) {
    if (!statement) return;
    visit(*statement, ancestors);
    ancestors.push_back(statement);
    for (const Stmt* child : statement->children()) visit_below(child, ancestors, visit);
    ancestors.pop_back();
}

const IdentifierInfo* identifier(const DeclarationName& name) { return name.getAsIdentifierInfo(); }

}  // namespace

void for_each_statement(const Stmt* root, VisitStatement visit) {
    std::vector<const Stmt*> ancestors;
    visit_below(root, ancestors, visit);
}

void for_each_statement(const FunctionDecl& function, VisitStatement visit) {
    if (const auto* constructor = dyn_cast<CXXConstructorDecl>(&function)) {
        for (const CXXCtorInitializer* initializer : constructor->inits()) {
            if (initializer->isWritten()) for_each_statement(initializer->getInit(), visit);
        }
    }
    for_each_statement(function.getBody(), visit);
}

const Expr* written(const Expr* expression) {
    return expression ? expression->IgnoreUnlessSpelledInSource()->IgnoreParens() : nullptr;
}

StringRef called_name(const CallExpr& call) {
    const IdentifierInfo* name = nullptr;
    const Expr* callee = call.getCallee()->IgnoreParenImpCasts();
    if (const auto* member = dyn_cast<MemberExpr>(callee)) {
        name = identifier(member->getMemberDecl()->getDeclName());
    } else if (const auto* reference = dyn_cast<DeclRefExpr>(callee)) {
        name = identifier(reference->getDecl()->getDeclName());
    } else if (const auto* overloaded = dyn_cast<OverloadExpr>(callee)) {
        name = identifier(overloaded->getName());
    } else if (const auto* dependent = dyn_cast<CXXDependentScopeMemberExpr>(callee)) {
        name = identifier(dependent->getMember());
    }
    return name ? name->getName() : StringRef();
}

const Expr* called_object(const CallExpr& call) {
    const Expr* callee = call.getCallee()->IgnoreParenImpCasts();
    if (const auto* member = dyn_cast<MemberExpr>(callee)) return member->getBase();
    if (const auto* member = dyn_cast<UnresolvedMemberExpr>(callee)) {
        return member->isImplicitAccess() ? nullptr : member->getBase();
    }
    if (const auto* member = dyn_cast<CXXDependentScopeMemberExpr>(callee)) {
        return member->isImplicitAccess() ? nullptr : member->getBase();
    }
    return nullptr;
}

const StringLiteral* string_literal(const Expr* expression) {
    expression = written(expression);
    if (const auto* made = dyn_cast_or_null<CXXConstructExpr>(expression)) {
        if (made->getNumArgs() > 0) expression = written(made->getArg(0));
    }
    const auto* literal = dyn_cast_or_null<StringLiteral>(expression);
    return literal && literal->isOrdinary() ? literal : nullptr;
}

const FieldDecl* own_field(const Expr* expression) {
    const auto* member = dyn_cast_or_null<MemberExpr>(written(expression));
    if (!member || !isa<CXXThisExpr>(member->getBase()->IgnoreParenImpCasts())) return nullptr;
    return dyn_cast<FieldDecl>(member->getMemberDecl());
}

Assignment as_assignment(const Stmt& statement) {
    if (const auto* call = dyn_cast<CXXOperatorCallExpr>(&statement)) {
        if (call->getOperator() == OO_Equal) return {call->getArg(0), call->getArg(1)};
    } else if (const auto* operation = dyn_cast<BinaryOperator>(&statement)) {
        if (operation->getOpcode() == BO_Assign) return {operation->getLHS(), operation->getRHS()};
    }
    return {};
}

}  // namespace lithe::reflect
