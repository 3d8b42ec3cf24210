#include "clang/AST/DeclTemplate.h"
#include "clang/Lex/Lexer.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "tools/reflect/checks.h"
#include "tools/reflect/clang_names.h"
#include "tools/reflect/fields.h"
#include "tools/reflect/fixes.h"
#include "tools/reflect/statements.h"

namespace lithe::reflect {

namespace {

bool is_among(const Expr* argument, llvm::ArrayRef<const Stmt*> way) {
    return llvm::is_contained(way, static_cast<const Stmt*>(argument));
}

class LocalLayers {
public:
    LocalLayers(const CheckContext& context, const CXXRecordDecl& record)
        : context_(context), record_(record) {}

    void check(const FunctionDecl& constructor) {
        for_each_statement(constructor.getBody(), [&](const Stmt& statement, Ancestors around) {
            if (const auto* declarations = dyn_cast<DeclStmt>(&statement)) add(*declarations);
            note_use(statement, around);
        });
        for (const VarDecl* variable : variables_) {
            if (!stored_.contains(variable)) warn(*variable);
        }
    }

private:
    void add(const DeclStmt& declarations) {
        for (const Decl* declaration : declarations.decls()) {
            const auto* variable = dyn_cast<VarDecl>(declaration);
            if (!variable || variable->getType()->isReferenceType()) continue;
            if (holds_layer(variable->getType()) && !names_another(*variable)) {
                variables_.push_back(variable);
                if (!declarations.isSingleDecl()) shares_declaration_.insert(variable);
            }
        }
    }

    bool holds_layer(QualType type) {
        if (context_.types.is_layer(type)) return true;
        const CXXRecordDecl* record = type->getAsCXXRecordDecl();
        return record && record->isInStdNamespace() && context_.types.contents(type).has_module;
    }

    /// A holder or pointer copied from elsewhere: `auto layer = layers[0]`.
    bool names_another(const VarDecl& variable) {
        const Expr* value = written(variable.getInit());
        if (const auto* made = dyn_cast_or_null<CXXConstructExpr>(value)) {
            const CXXConstructorDecl* constructor = made->getConstructor();
            return constructor->isCopyOrMoveConstructor() && made->getNumArgs() == 1 &&
                   written(made->getArg(0))->isLValue();
        }
        if (const auto* call = dyn_cast_or_null<CallExpr>(value)) {
            return is_registration(*call) || isa<CXXOperatorCallExpr>(call) ||
                   isa<CXXMemberCallExpr>(call);
        }
        return value && value->isLValue();
    }

    void note_use(const Stmt& statement, Ancestors around) {
        if (const auto* lambda = dyn_cast<LambdaExpr>(&statement)) {
            for (const LambdaCapture& capture : lambda->captures()) {
                if (capture.capturesVariable()) {
                    stored_.insert(dyn_cast<VarDecl>(capture.getCapturedVar()));
                }
            }
        }
        const auto* reference = dyn_cast<DeclRefExpr>(&statement);
        const auto* variable = reference ? dyn_cast<VarDecl>(reference->getDecl()) : nullptr;
        if (variable && may_store(*reference, around)) stored_.insert(variable);
    }

    /// Whether the expression around a use may keep the layer. In doubt it does.
    bool may_store(const DeclRefExpr& use, Ancestors around) {
        llvm::SmallVector<const Stmt*> way = {&use};
        bool is_layer = true;  // or a tensor of it, such as its weight
        for (const Stmt* outer : llvm::reverse(around)) {
            if (isa<CompoundStmt>(outer)) return false;
            if (isa<ReturnStmt, DeclStmt, LambdaExpr, InitListExpr>(outer)) return is_layer;
            const auto* unary = dyn_cast<UnaryOperator>(outer);
            if (unary && unary->getOpcode() == UO_AddrOf) return true;
            const Assignment assignment = as_assignment(*outer);
            if (assignment.value && is_among(assignment.value, way)) return true;
            if (const auto* call = dyn_cast<CallExpr>(outer)) {
                if (computes(*call)) return false;
                if (takes(*call, way) && (is_layer || is_registration(*call))) return true;
            } else if (const auto* made = dyn_cast<CXXConstructExpr>(outer)) {
                if (is_layer && !made->getConstructor()->isCopyOrMoveConstructor()) return true;
            }
            const auto* value = dyn_cast<Expr>(outer);
            const CXXRecordDecl* record = value ? value->getType()->getAsCXXRecordDecl() : nullptr;
            if (record && context_.types.is_tensor(record)) is_layer = false;
            way.push_back(outer);
        }
        return false;
    }

    /// `layer(x)` and `layer->forward(x)`, which give a value and keep nothing.
    bool computes(const CallExpr& call) {
        const auto* operation = dyn_cast<CXXOperatorCallExpr>(&call);
        if (operation && operation->getOperator() == OO_Call) {
            return context_.types.is_layer(operation->getArg(0)->getType());
        }
        return called_name(call) == "forward";
    }

    /// Whether the call gets what lies on the way as an argument, not as its object.
    bool takes(const CallExpr& call, llvm::ArrayRef<const Stmt*> way) {
        const auto* operation = dyn_cast<CXXOperatorCallExpr>(&call);
        if (operation && operation->getNumArgs() > 0 && is_among(operation->getArg(0), way)) {
            return operation->getOperator() == OO_LessLess;
        }
        return llvm::any_of(call.arguments(),
                            [&](const Expr* argument) { return is_among(argument, way); });
    }

    void warn(const VarDecl& variable) {
        const std::string name = variable.getNameAsString();
        if (const FieldDecl* hidden = field_named(name)) {
            context_.reporter.warn("reflect.local_layer", variable.getLocation(),
                                   "local variable '" + name +
                                       "' hides the member of the same name, which stays as it "
                                       "was; the layer is gone when the constructor returns",
                                   assignment_fix(variable), hidden->getLocation(),
                                   "the member is declared here");
            return;
        }
        context_.reporter.warn("reflect.local_layer", variable.getLocation(),
                               "layer '" + name + "' is a local variable of the constructor of '" +
                                   record_.getNameAsString() +
                                   "' and is gone when it returns; make it a member",
                               member_fix(variable));
    }

    /// `nn::Linear fc(3, 4)` becomes `fc = nn::Linear(3, 4)`, and the class gets the member `fc`.
    std::vector<FixItHint> member_fix(const VarDecl& variable) const {
        std::vector<FixItHint> fixes = assignment_fix(variable);
        if (fixes.empty() || variable.getType().isConstQualified()) return {};
        const CXXRecordDecl* made = variable.getType()->getAsCXXRecordDecl();
        const bool is_holder = made && context_.types.is_holder(made);
        std::string type =
            text_of(context_, variable.getTypeSourceInfo()->getTypeLoc().getSourceRange());
        if (variable.getType()->getContainedAutoType()) {
            if (!is_movable(variable.getInit())) return {};
            type = "decltype(" + text_of(context_, variable.getInit()->getSourceRange()) + ")";
        }
        if (type.empty()) return {};
        const auto member = new_member(
            record_, type + " " + variable.getNameAsString() + (is_holder ? "{nullptr};" : ";"));
        if (member.empty()) return {};
        fixes.insert(fixes.end(), member.begin(), member.end());
        return fixes;
    }

    const FieldDecl* field_named(llvm::StringRef name) const {
        for (const FieldDecl* field : record_.fields()) {
            if (field->getIdentifier() && field->getName() == name) return field;
        }
        return nullptr;
    }

    /// `nn::Linear fc(3, 4)` becomes `fc = nn::Linear(3, 4)`; with `=`, only the type goes.
    std::vector<FixItHint> assignment_fix(const VarDecl& variable) const {
        const SourceLocation type_begin = variable.getBeginLoc();
        const SourceLocation name_begin = variable.getLocation();
        if (shares_declaration_.contains(&variable) || type_begin.isMacroID() ||
            name_begin.isMacroID() || !variable.hasInit()) {
            return {};
        }
        const auto type_range = CharSourceRange::getCharRange(type_begin, name_begin);
        if (variable.getInitStyle() == VarDecl::CInit)
            return {FixItHint::CreateRemoval(type_range)};
        const llvm::StringRef type = Lexer::getSourceText(
            type_range, context_.ast.getSourceManager(), context_.ast.getLangOpts());
        const bool is_bare = variable.getEndLoc() == name_begin;  // nothing after the name
        return {FixItHint::CreateReplacement(
            CharSourceRange::getTokenRange(type_begin, name_begin),
            variable.getNameAsString() + " = " + type.rtrim().str() + (is_bare ? "()" : ""))};
    }

    const CheckContext& context_;
    const CXXRecordDecl& record_;
    std::vector<const VarDecl*> variables_;
    llvm::DenseSet<const VarDecl*> stored_;
    llvm::DenseSet<const VarDecl*> shares_declaration_;
};

}  // namespace

void check_local_layer(const CheckContext& context) {
    for (const FunctionDecl* function : context.code.functions) {
        const CXXRecordDecl* record = module_of(*function, context.types);
        if (!record || !isa<CXXConstructorDecl>(function)) continue;
        LocalLayers(context, *record).check(*function);
    }
}

}  // namespace lithe::reflect
