#include "clang/Lex/Lexer.h"
#include "tools/reflect/checks.h"
#include "tools/reflect/clang_names.h"
#include "tools/reflect/fixes.h"
#include "tools/reflect/statements.h"

namespace lithe::reflect {

namespace {

bool is_save(const NamedDecl* function) {
    return function && function->getIdentifier() && function->getName() == "save" &&
           !isa<CXXMethodDecl>(function) && is_below_lithe(function);
}

bool may_be_save(const Expr& callee) {
    if (const auto* reference = dyn_cast<DeclRefExpr>(&callee))
        return is_save(reference->getDecl());
    const auto* overloaded = dyn_cast<OverloadExpr>(&callee);
    return overloaded && llvm::any_of(overloaded->decls(), [](const NamedDecl* candidate) {
               return is_save(candidate->getUnderlyingDecl()->getAsFunction());
           });
}

/// What a save() is to save, also where no save() takes it, which is an error of the compiler's.
const Expr* saved_object(const Stmt& statement) {
    if (const auto* call = dyn_cast<CallExpr>(&statement)) {
        const auto* function = dyn_cast_or_null<FunctionDecl>(call->getCalleeDecl());
        return is_save(function) && call->getNumArgs() > 1 ? written(call->getArg(0)) : nullptr;
    }
    const auto* failed = dyn_cast<RecoveryExpr>(&statement);
    if (!failed || failed->subExpressions().size() < 3) return nullptr;
    return may_be_save(*failed->subExpressions()[0]) ? written(failed->subExpressions()[1])
                                                     : nullptr;
}

/// What `*object` points with: `*net`, `*this`; null for anything else.
const Expr* pointer_of(const Expr& object) {
    if (const auto* access = dyn_cast<UnaryOperator>(&object)) {
        return access->getOpcode() == UO_Deref ? written(access->getSubExpr()) : nullptr;
    }
    const auto* access = dyn_cast<CXXOperatorCallExpr>(&object);
    const bool is_star = access && access->getOperator() == OO_Star && access->getNumArgs() == 1;
    return is_star ? written(access->getArg(0)) : nullptr;
}

/// `net` becomes `net->state_dict()`, `*this` becomes `state_dict()`.
std::vector<FixItHint> state_dict_fix(const CheckContext& context, const Expr& object) {
    if (const Expr* pointer = pointer_of(object)) {
        const std::string text = text_of(context, pointer->getSourceRange());
        if (text.empty()) return {};
        const bool is_this = isa<CXXThisExpr>(pointer);
        return {replacement(context, object.getSourceRange(),
                            (is_this ? "" : text + "->") + "state_dict()")};
    }
    if (!isa<DeclRefExpr, MemberExpr>(object) || object.getExprLoc().isMacroID()) return {};
    const CXXRecordDecl* record = object.getType()->getAsCXXRecordDecl();
    const SourceLocation end = Lexer::getLocForEndOfToken(
        object.getEndLoc(), 0, context.ast.getSourceManager(), context.ast.getLangOpts());
    return {FixItHint::CreateInsertion(
        end, context.types.is_module(record) ? ".state_dict()" : "->state_dict()")};
}

void check(const CheckContext& context, const Expr& object) {
    if (!context.types.is_layer(object.getType())) return;
    context.reporter.warn("reflect.whole_object_save", object.getSourceRange(),
                          "save() of a whole module writes a file that only this class, as it is "
                          "now, can read; save its state_dict()",
                          state_dict_fix(context, object));
}

}  // namespace

void check_whole_object_save(const CheckContext& context) {
    for (const FunctionDecl* function : context.code.functions) {
        for_each_statement(*function, [&](const Stmt& statement, Ancestors) {
            if (const Expr* object = saved_object(statement)) check(context, *object);
        });
    }
}

}  // namespace lithe::reflect
