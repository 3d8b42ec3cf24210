#include "tools/reflect/checks.h"
#include "tools/reflect/statements.h"

namespace lithe::reflect {

using namespace clang;

namespace {

/// Whether the object is reached through a holder: `net->`, `(*net).`.
bool is_held(ModelTypes& types, const Expr* object) {
    const auto* access = dyn_cast<CXXOperatorCallExpr>(written(object));
    if (!access || access->getNumArgs() == 0) return false;
    const CXXRecordDecl* record = access->getArg(0)->getType()->getAsCXXRecordDecl();
    return record && types.is_holder(record);
}

void check_call(const CheckContext& context, const CXXMemberCallExpr& call) {
    const CXXMethodDecl* method = call.getMethodDecl();
    if (!method || !method->getIdentifier() || method->getName() != "forward") return;
    const Expr* object = call.getImplicitObjectArgument();
    if (isa<CXXThisExpr>(written(object)) || is_held(context.types, object)) return;

    const QualType type = object->getType()->isPointerType() ? object->getType()->getPointeeType()
                                                             : object->getType();
    const CXXRecordDecl* record = type->getAsCXXRecordDecl();
    if (!record || !context.types.is_module(record)) return;
    // What a holder keeps is an instance of a template of lithe's, made to fire hooks.
    if (isa<ClassTemplateSpecializationDecl>(record) && is_below_lithe(record)) return;

    const std::string name = record->getNameAsString();
    context.reporter.warn("reflect.unhookable_forward", call.getExprLoc(),
                          "forward() of '" + name +
                              "' is called past its hooks: only a holder fires them; make one with "
                              "LITHE_MODULE and keep the module in it");
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
