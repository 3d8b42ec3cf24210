#include "clang/Lex/Lexer.h"
#include "tools/reflect/checks.h"
#include "tools/reflect/clang_names.h"
#include "tools/reflect/fixes.h"
#include "tools/reflect/statements.h"

namespace lithe::reflect {

namespace {

/// Whether the object is reached through a holder: `net->`, `(*net).`.
bool is_held(ModelTypes& types, const Expr* object) {
    const auto* access = dyn_cast<CXXOperatorCallExpr>(written(object));
    if (!access || access->getNumArgs() == 0) return false;
    const CXXRecordDecl* record = access->getArg(0)->getType()->getAsCXXRecordDecl();
    return record && types.is_holder(record);
}

/// `net->forward(x)` becomes `net(x)`.
std::vector<FixItHint> call_fix(const CheckContext& context, const MemberExpr& callee) {
    const auto* access = dyn_cast<CXXOperatorCallExpr>(written(callee.getBase()));
    if (!access || access->getOperator() != OO_Arrow || callee.getMemberLoc().isMacroID()) {
        return {};
    }
    const SourceLocation begin =
        Lexer::getLocForEndOfToken(access->getArg(0)->getEndLoc(), 0,
                                   context.ast.getSourceManager(), context.ast.getLangOpts());
    return {FixItHint::CreateRemoval(CharSourceRange::getTokenRange(begin, callee.getMemberLoc()))};
}

/// `child.forward(x)` becomes `lithe::nn::call(child, x)`.
std::vector<FixItHint> hooked_call_fix(const CheckContext& context, const CXXMemberCallExpr& call,
                                       const MemberExpr& callee) {
    const Expr* object = callee.getBase();
    std::string text;
    if (const auto* access = dyn_cast<CXXOperatorCallExpr>(written(object));
        access && access->getOperator() == OO_Arrow) {
        object = access->getArg(0);
    }
    text = text_of(context, object->getSourceRange());
    if (text.empty()) return {};
    if (callee.isArrow()) {
        const bool is_name = isa<DeclRefExpr, MemberExpr>(written(object));
        text = is_name ? "*" + text : "*(" + text + ")";
    }
    const bool has_arguments = call.getNumArgs() > 0 && !isa<CXXDefaultArgExpr>(call.getArg(0));
    const SourceLocation begin = call.getBeginLoc();
    const SourceLocation end = has_arguments ? call.getArg(0)->getBeginLoc() : call.getRParenLoc();
    if (begin.isMacroID() || end.isMacroID()) return {};
    return {FixItHint::CreateReplacement(CharSourceRange::getCharRange(begin, end),
                                         "lithe::nn::call(" + text + (has_arguments ? ", " : ""))};
}

void check_call(const CheckContext& context, const CXXMemberCallExpr& call) {
    const CXXMethodDecl* method = call.getMethodDecl();
    const auto* callee = dyn_cast<MemberExpr>(call.getCallee()->IgnoreParens());
    if (!callee || !method || !method->getIdentifier() || method->getName() != "forward") return;
    const Expr* object = call.getImplicitObjectArgument();
    if (isa<CXXThisExpr>(written(object))) return;

    const QualType type = object->getType()->isPointerType() ? object->getType()->getPointeeType()
                                                             : object->getType();
    const CXXRecordDecl* record = type->getAsCXXRecordDecl();
    if (!record || !context.types.is_module(record)) return;
    // What a holder keeps is an instance of a template of lithe's, made to fire hooks.
    if (isa<ClassTemplateSpecializationDecl>(record) && is_below_lithe(record)) return;

    const std::string past =
        "forward() of '" + record->getNameAsString() + "' is called past its hooks: ";
    if (is_held(context.types, object)) {
        if (!record->isEffectivelyFinal()) return;
        context.reporter.warn("reflect.unhookable_forward", callee->getMemberLoc(),
                              past + "the class is final, so only a call of the holder fires them",
                              call_fix(context, *callee));
    } else {
        context.reporter.warn("reflect.unhookable_forward", callee->getMemberLoc(),
                              past +
                                  "only a holder (LITHE_MODULE) or nn::make_module gives a module "
                                  "that fires them",
                              hooked_call_fix(context, call, *callee));
    }
}

}  // namespace

void check_unhookable_forward(const CheckContext& context) {
    for (const FunctionDecl* function : context.code.functions) {
        for_each_statement(*function, [&](const Stmt& statement, Ancestors) {
            if (const auto* call = dyn_cast<CXXMemberCallExpr>(&statement)) {
                check_call(context, *call);
            }
        });
    }
}

}  // namespace lithe::reflect
