#include "tools/reflect/fields.h"

#include "tools/reflect/clang_names.h"
#include "tools/reflect/statements.h"

namespace lithe::reflect {

namespace {

/// What a conversion or a list of one is made from.
const Expr* only_operand(const Expr* expression) {
    if (const auto* made = dyn_cast<CXXConstructExpr>(expression)) {
        return made->getNumArgs() > 0 ? made->getArg(0) : nullptr;
    }
    if (const auto* made = dyn_cast<CXXUnresolvedConstructExpr>(expression)) {
        return made->getNumArgs() == 1 ? made->getArg(0) : nullptr;
    }
    if (const auto* list = dyn_cast<ParenListExpr>(expression)) {
        return list->getNumExprs() == 1 ? list->getExpr(0) : nullptr;
    }
    if (const auto* list = dyn_cast<InitListExpr>(expression)) {
        return list->getNumInits() == 1 ? list->getInit(0) : nullptr;
    }
    const auto* cast = dyn_cast<CXXFunctionalCastExpr>(expression);
    return cast ? cast->getSubExpr() : nullptr;
}

}  // namespace

void for_each_field_value(const FoundCode& code, VisitFieldValue visit) {
    for (const CXXRecordDecl* record : code.written_modules) {
        for (const FieldDecl* field : record->fields()) {
            if (const Expr* value = field->getInClassInitializer()) visit(*field, *value);
        }
    }
    for (const FunctionDecl* function : code.functions) {
        if (const auto* constructor = dyn_cast<CXXConstructorDecl>(function)) {
            for (const CXXCtorInitializer* initializer : constructor->inits()) {
                if (initializer->isWritten() && initializer->isMemberInitializer()) {
                    visit(*initializer->getMember(), *initializer->getInit());
                }
            }
        }
        for_each_statement(*function, [&](const Stmt& statement, Ancestors) {
            const Assignment assignment = as_assignment(statement);
            if (!assignment.target) return;
            if (const FieldDecl* field = own_field(assignment.target)) {
                visit(*field, *assignment.value);
            }
        });
    }
}

const CXXRecordDecl* module_of(const FunctionDecl& function, ModelTypes& types) {
    const auto* method = dyn_cast<CXXMethodDecl>(&function);
    if (!method || !types.is_module(method->getParent())) return nullptr;
    return method->getParent();
}

const CallExpr* value_call(const Expr& value) {
    const Expr* inner = written(&value);
    while (inner && !isa<CallExpr>(inner)) inner = written(only_operand(inner));
    return dyn_cast_or_null<CallExpr>(inner);
}

bool is_registration(const CallExpr& call) {
    const llvm::StringRef name = called_name(call);
    return name == "register_module" || name == "register_parameter" || name == "register_buffer";
}

}  // namespace lithe::reflect
