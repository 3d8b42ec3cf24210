// `tune`: measures the candidates of every choice and keeps what won in the tuning file.
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>

#include "compiler/driver/inputs.h"
#include "compiler/driver/options.h"
#include "compiler/tune.h"
#include "runtime/error.h"
#include "runtime/file.h"

namespace lithe::driver {

int run_tune(const Subject& subject, const Options& o) {
    if (o.tuning_file.empty()) {
        throw UserError("tune.file", "tune: --tuning FILE says where to keep the findings");
    }
    const ir::Program program = traced(subject, o);
    TuneOptions options{
        .compile = compile_options(o), .repetitions = o.repetitions, .threads = o.run_threads};
    options.compile.progress = nullptr;
    if (!o.quiet && isatty(STDERR_FILENO)) {
        options.progress = [](const std::string& text) { fmt::print(stderr, "{}\n", text); };
    }
    passes::TuningFile file = o.tuning ? *o.tuning : passes::TuningFile();
    const TuneResult result = tune(program, make_inputs(program, o), options, file);
    const std::string text = file.str();
    write_file(o.tuning_file, std::as_bytes(std::span(text.data(), text.size())));
    if (o.json) {
        fmt::print("{}\n", nlohmann::ordered_json{{"problems", result.problems},
                                                  {"changed", result.changed},
                                                  {"model_us", result.model_us},
                                                  {"tuned_us", result.tuned_us}}
                               .dump());
    } else if (!o.quiet) {
        fmt::print(
            "{}: {} problems, another choice won in {}; a run takes {:.1f} us by the model's "
            "choices, {:.1f} us tuned\n",
            o.tuning_file, result.problems, result.changed, result.model_us, result.tuned_us);
    }
    return 0;
}

}  // namespace lithe::driver
