#include "tools/reflect/checks.h"
#include "tools/reflect/clang_names.h"
#include "tools/reflect/fields.h"
#include "tools/reflect/statements.h"

namespace lithe::reflect {

namespace {

/// A holder or module that takes over an existing one makes nothing.
bool takes_over(ModelTypes& types, const CXXConstructExpr& made) {
    if (made.getConstructor()->isCopyOrMoveConstructor()) return true;
    if (made.getNumArgs() != 1) return false;
    const QualType argument = made.getArg(0)->getType();
    return argument->isNullPtrType() || types.is_layer(argument);
}

/// What the statement makes, in words, or nothing.
std::string made_by(ModelTypes& types, const Stmt& statement) {
    if (const auto* made = dyn_cast<CXXConstructExpr>(&statement)) {
        const CXXRecordDecl* record = made->getConstructor()->getParent();
        if (is_in_lithe(record, "nn", "Parameter")) return "a parameter";
        const bool is_layer = types.is_module(record) || types.is_holder(record);
        if (is_layer && !takes_over(types, *made)) {
            return "a layer ('" + record->getNameAsString() + "')";
        }
    }
    const auto* call = dyn_cast<CallExpr>(&statement);
    if (!call) return {};
    const llvm::StringRef name = called_name(*call);
    if (name == "make_shared" || name == "make_unique" || name == "make_module") {
        const CXXRecordDecl* record = call->getType()->getAsCXXRecordDecl();
        if (record && types.is_module_pointer(record)) return "a layer";
    }
    if (name == "register_module") return "a layer";
    if (name == "register_parameter") return "a parameter";
    return {};
}

}  // namespace

void check_parameter_in_forward(const CheckContext& context) {
    for (const FunctionDecl* function : context.code.functions) {
        if (!module_of(*function, context.types)) continue;
        if (!function->getIdentifier() || function->getName() != "forward") continue;
        for_each_statement(function->getBody(), [&](const Stmt& statement, Ancestors around) {
            const std::string made = made_by(context.types, statement);
            if (made.empty()) return;
            const bool is_part = llvm::any_of(
                around, [&](const Stmt* outer) { return !made_by(context.types, *outer).empty(); });
            if (is_part) return;
            context.reporter.warn("reflect.parameter_in_forward", statement.getSourceRange(),
                                  "forward() makes " + made +
                                      ": each call has a new one, which is never trained, saved or "
                                      "found by name; make it a member");
        });
    }
}

}  // namespace lithe::reflect
