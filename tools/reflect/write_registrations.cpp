#include "tools/reflect/write_registrations.h"

#include "clang/AST/PrettyPrinter.h"
#include "clang/Basic/LangOptions.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/xxhash.h"
#include "tools/reflect/clang_names.h"

namespace lithe::reflect {

namespace {

class Writer {
public:
    Writer(const ASTContext& context, llvm::raw_ostream& out)
        : context_(context), policy_(context.getLangOpts()), out_(out) {
        policy_.PrintCanonicalTypes = true;
        policy_.SuppressUnwrittenScope = true;  // nothing can write `(anonymous namespace)::`
        space_ = "lithe_reflect_" + llvm::utohexstr(llvm::xxh3_64bits(main_path()));
        policy_.AlwaysIncludeTypeForTemplateArgument = true;  // for `template <auto value>`
    }

    void write(const std::vector<DescribedClass>& classes) {
        out_ << "// Written by lithe-reflect; to be included at the end of "
             << llvm::sys::path::filename(main_path()) << ".\n";
        if (classes.empty()) return;
        out_ << "#pragma GCC system_header\n#include \"dsl/reflect.h\"\n\n";
        out_ << "namespace " << space_ << " {\nnamespace {\n\n";
        for (size_t i = 0; i < classes.size(); ++i) write_site(i, classes[i]);
        out_ << "}  // namespace\n}  // namespace " << space_ << "\n\n";

        out_ << "namespace lithe::reflect {\n";
        for (size_t i = 0; i < classes.size(); ++i) {
            out_ << "void register_described(::" << space_ << "::Site" << i << ");\n";
        }
        out_ << "}  // namespace lithe::reflect\n\n";
        for (size_t i = 0; i < classes.size(); ++i) write_registrar(i, classes[i]);
        write_start(classes.size());
    }

private:
    std::string main_path() const {
        const SourceManager& sources = context_.getSourceManager();
        const auto file = sources.getFileEntryRefForID(sources.getMainFileID());
        return file ? remapped(file->getName()) : std::string();
    }

    /// As -ffile-prefix-map makes of it, so that what is built does not depend on the place.
    std::string remapped(llvm::StringRef path) const {
        llvm::SmallString<128> result(path);
        context_.getLangOpts().remapPathPrefix(result);
        return std::string(result);
    }

    void write_site(size_t index, const DescribedClass& described) {
        const PresumedLoc place =
            context_.getSourceManager().getPresumedLoc(described.record->getLocation());
        out_ << "struct Site" << index << " {\n    static constexpr const char* name = \"";
        out_.write_escaped(type_name(record_type(described)));
        out_ << "\";\n    static constexpr const char* file = \"";
        out_.write_escaped(remapped(place.getFilename()));
        out_ << "\";\n    static constexpr int line = " << place.getLine()
             << ";\n    static constexpr bool is_complete = "
             << (described.is_complete ? "true" : "false") << ";\n";
        if (!described.fields.empty()) {
            out_ << "    static constexpr ::lithe::reflect::FieldSite fields[] = {\n";
            for (const FieldDecl* field : described.fields) {
                out_ << "        {\"" << field->getName() << "\", " << line(*field) << "},\n";
            }
            out_ << "    };\n";
        }
        out_ << "};\n\n";
    }

    void write_registrar(size_t index, const DescribedClass& described) {
        const std::string name = "::" + type_name(record_type(described));
        out_ << "template struct ::lithe::reflect::Registrar<\n    ::" << space_ << "::Site"
             << index << ", " << name << ",\n    ::lithe::reflect::Bases<";
        for (const QualType& base : described.bases) {
            out_ << (&base == described.bases.data() ? " ::" : ", ::") << type_name(base);
        }
        out_ << ">";
        for (const FieldDecl* field : described.fields) {
            out_ << ",\n    &" << name << "::" << field->getName();
        }
        out_ << ">;\n";
    }

    void write_start(size_t count) {
        out_ << "\nnamespace " << space_ << " {\n"
             << "// Before the source's own globals, which may already ask for parameters.\n"
             << "[[gnu::constructor(101)]] static void register_all() {\n";
        for (size_t i = 0; i < count; ++i) {
            out_ << "    ::lithe::reflect::register_described(Site" << i << "());\n";
        }
        out_ << "}\n}  // namespace " << space_ << "\n";
    }

    QualType record_type(const DescribedClass& described) const {
        return context_.getTypeDeclType(described.record);
    }

    /// A name that holds at the end of the source, in no namespace.
    std::string type_name(QualType type) const { return type.getAsString(policy_); }

    unsigned line(const FieldDecl& field) const {
        return context_.getSourceManager().getPresumedLoc(field.getLocation()).getLine();
    }

    const ASTContext& context_;
    PrintingPolicy policy_;
    llvm::raw_ostream& out_;
    std::string space_;  ///< a namespace for each source: several may be compiled as one
};

}  // namespace

void write_registrations(const std::vector<DescribedClass>& classes, const ASTContext& context,
                         llvm::raw_ostream& out) {
    Writer(context, out).write(classes);
}

}  // namespace lithe::reflect
