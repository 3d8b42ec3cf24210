#include "tools/reflect/checks.h"
#include "tools/reflect/clang_names.h"
#include "tools/reflect/fields.h"
#include "tools/reflect/statements.h"

namespace lithe::reflect {

namespace {

bool has_owner(ModelTypes& types, Ancestors around) {
    return llvm::any_of(around, [&](const Stmt* outer) {
        if (const auto* made = dyn_cast<CXXConstructExpr>(outer)) {
            const CXXRecordDecl* owner = made->getConstructor()->getParent();
            return types.is_module_pointer(owner) || types.is_holder(owner);
        }
        if (const auto* call = dyn_cast<CallExpr>(outer)) {
            return called_name(*call) == "reset" || is_registration(*call);
        }
        return isa<CXXUnresolvedConstructExpr>(outer);
    });
}

}  // namespace

void check_raw_pointer(const CheckContext& context) {
    const auto check = [&](const Stmt& statement, Ancestors around) {
        const auto* made = dyn_cast<CXXNewExpr>(&statement);
        if (!made || !context.types.is_layer(made->getAllocatedType())) return;
        if (has_owner(context.types, around)) return;
        context.reporter.warn("reflect.raw_pointer", made->getSourceRange(),
                              "the module that 'new' makes here has no owner and gets no name; "
                              "keep it by value, in a holder, std::shared_ptr or std::unique_ptr");
    };
    for (const CXXRecordDecl* record : context.code.written_modules) {
        for (const FieldDecl* field : record->fields()) {
            for_each_statement(field->getInClassInitializer(), check);
        }
    }
    for (const FunctionDecl* function : context.code.functions) {
        if (module_of(*function, context.types)) for_each_statement(*function, check);
    }
}

}  // namespace lithe::reflect
