// torch::save and torch::load: tensors, modules, optimizers; files and streams.
#pragma once

#include <lithe/torch.h>

#include <cstdio>
#include <sstream>
#include <string>
#include <vector>

#include "tests/libtorch/programs/modules.h"

namespace programs {

inline void save_and_load(Log& out, const std::string& folder) {
    torch::Tensor tensor = torch::arange(6).view({2, 3});
    torch::save(tensor, folder + "/tensor.pt");
    torch::Tensor read;
    torch::load(read, folder + "/tensor.pt");
    out << read << '\n';
    std::vector<torch::Tensor> several = {tensor, torch::ones({1})};
    torch::save(several, folder + "/several.pt");
    std::vector<torch::Tensor> more;
    torch::load(more, folder + "/several.pt");
    out << more.size() << more[1] << '\n';

    auto net = std::make_shared<Net>(), other = std::make_shared<Net>();
    fill(*net);
    torch::save(net, folder + "/net.pt");
    torch::load(other, folder + "/net.pt");
    out << torch::equal(net->fc1->weight, other->fc1->weight) << '\n';
    torch::nn::Linear layer(4, 5), same(4, 5);
    torch::save(layer, folder + "/layer.pt");
    torch::load(same, folder + "/layer.pt");
    out << torch::equal(layer->weight, same->weight) << '\n';

    torch::optim::Adam optimizer(net->parameters(), torch::optim::AdamOptions(0.1)),
        next(other->parameters(), torch::optim::AdamOptions(0.3));
    auto step = [](auto& model, auto& stepper) {
        stepper.zero_grad();
        model->forward(torch::ones({1, 4})).sum().backward();
        stepper.step();
        return model->fc2->bias.detach().clone();
    };
    step(net, optimizer);
    torch::save(net, folder + "/net.pt");
    torch::save(optimizer, folder + "/optimizer.pt");
    torch::load(other, folder + "/net.pt");
    torch::load(next, folder + "/optimizer.pt");
    out << torch::equal(step(net, optimizer), step(other, next)) << '\n';

    std::stringstream stream;
    torch::save(net, stream);
    auto third = std::make_shared<Net>();
    torch::load(third, stream);
    out << torch::equal(net->fc2->weight, third->fc2->weight) << '\n';
    std::ostringstream bytes;
    torch::save(tensor, bytes);
    std::istringstream again(bytes.str());
    torch::load(read, again);
    out << read.sizes() << '\n';

    torch::serialize::OutputArchive archive;
    archive.write("weight", torch::full({2}, 4.0));
    archive.write("count", torch::tensor(3), /*is_buffer=*/true);
    archive.write("epoch", c10::IValue(int64_t(7)));
    archive.write("rate", c10::IValue(0.25));
    archive.write("name", c10::IValue("adam"));
    archive.write("done", c10::IValue(true));
    net->save(archive);
    archive.save_to(folder + "/archive.pt");
    torch::serialize::InputArchive input;
    input.load_from(folder + "/archive.pt");
    torch::Tensor weight, count;
    input.read("weight", weight);
    out << weight << input.try_read("none", count) << '\n';
    third->load(input);
    c10::IValue epoch, rate, optimizer_name, done;
    input.read("epoch", epoch);
    input.read("rate", rate);
    input.read("name", optimizer_name);
    input.read("done", done);
    out << epoch.toInt() << ' ' << rate.toDouble() << ' ' << optimizer_name.toStringRef()
        << done.toBool() << epoch.isInt() << rate.isTensor() << optimizer_name.isString() << '\n';
    try {
        input.read("none", count);
    } catch (const std::exception& error) {
        out << std::string(error.what()).substr(0, 30) << '\n';
    }
    for (const char* name : {"tensor", "several", "net", "layer", "optimizer", "archive"})
        std::remove((folder + "/" + name + ".pt").c_str());
}

}  // namespace programs
