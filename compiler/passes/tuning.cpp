#include "compiler/passes/tuning.h"

#include <algorithm>

#include "compiler/ir/text.h"
#include "runtime/error.h"

namespace lithe::passes {
namespace {

std::string trimmed(std::string_view text) {
    const size_t begin = text.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos) return {};
    return std::string(text.substr(begin, text.find_last_not_of(" \t\r") + 1 - begin));
}

/// The parts of a line between `|`.
std::vector<std::string> fields_of(std::string_view line) {
    std::vector<std::string> fields;
    for (;;) {
        const size_t end = line.find('|');
        fields.push_back(trimmed(line.substr(0, end)));
        if (end == std::string_view::npos) return fields;
        line = line.substr(end + 1);
    }
}

}  // namespace

std::string problem_of(const ir::Node& node, std::string_view target) {
    std::string text =
        std::string(target) + (target.empty() ? "" : " | ") + std::string(node.name());
    for (const ir::Value& operand : node.inputs()) text += " " + operand.type().str();
    std::string attributes;
    for (const auto& [name, value] : node.attrs().items())
        attributes += (attributes.empty() ? "" : ", ") + name + " = " + ir::attr_text(value, false);
    return text + " {" + attributes + "}";
}

TuningFile TuningFile::parse(std::string_view text, const std::string& path) {
    TuningFile file;
    for (int line = 1; !text.empty(); ++line) {
        const size_t end = text.find('\n');
        const std::string content = trimmed(text.substr(0, end));
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        if (content.empty() || content[0] == '#') continue;
        const std::vector<std::string> fields = fields_of(content);
        if (fields.size() < 3 || fields[0].empty() || fields[1].empty() || fields[2].empty()) {
            throw UserError("tuning.syntax", "tuning: " + path + ", line " + std::to_string(line) +
                                                 ": 'cpu | node | choice' was expected, got '" +
                                                 content + "'");
        }
        std::string times;
        for (size_t i = 3; i < fields.size(); ++i) times += " | " + fields[i];
        file.entries_[fields[0] + " | " + fields[1]] = {fields[2], times};
    }
    return file;
}

std::string TuningFile::str() const {
    std::string text =
        "# Measured by `lithe tune`: CPU | node | choice | its time | the time of the model's "
        "choice\n";
    for (const auto& [problem, entry] : entries_)
        text += problem + " | " + entry.choice + entry.times + "\n";
    return text;
}

size_t TuningFile::choose(const std::string& problem, const std::vector<std::string>& choices) {
    const auto entry = entries_.find(problem);
    if (entry == entries_.end()) return 0;
    const auto at = std::find(choices.begin(), choices.end(), entry->second.choice);
    if (at != choices.end()) return static_cast<size_t>(at - choices.begin());
    const std::string note = "tuning: '" + entry->second.choice + "' is no choice for '" + problem +
                             "'; the model's is taken: " + choices.front();
    if (std::find(notes_.begin(), notes_.end(), note) == notes_.end()) notes_.push_back(note);
    return 0;
}

}  // namespace lithe::passes
