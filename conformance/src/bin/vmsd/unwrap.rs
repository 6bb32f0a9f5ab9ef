//! `vmsd unwrap`: the plain stream out of whatever it is packed in.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use conformance::files::container::{libvirt, Content, Layer, Unwrapped};
use conformance::files::input::Input;
use conformance::files::output::Output;
use conformance::reading::walk::Walk;
use conformance::rewrite::relocate::Relocate;

use crate::common::{open, Context, Exit, Failure, PlaceArgs};

/// Write the plain stream that is in a libvirt image, a disk image with a snapshot, or a compressed file.
#[derive(Debug, clap::Args)]
#[command(after_help = concat!(
    "Examples:\n",
    "  vmsd unwrap guest.save -o guest.qevm --domain-xml guest.xml\n",
    "  vmsd unwrap disk.qcow2 --snapshot before-update -o guest.qevm\n",
    "\nExit status: 0 all is written; 1 too, but libvirt had not finished the image; 2 it could not be, and no file is there."
))]
pub(crate) struct Args {
    /// The file that a stream is in; - is standard input.
    file: PathBuf,
    /// Where the stream goes.
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// Where the domain's XML of a libvirt image goes.
    #[arg(long, value_name = "FILE")]
    domain_xml: Option<PathBuf>,
    /// Where the cookie of a libvirt image goes, which is XML too.
    #[arg(long, value_name = "FILE")]
    cookie: Option<PathBuf>,
    #[command(flatten)]
    place: PlaceArgs,
}

impl Args {
    pub(crate) fn run(&self, context: &mut Context) -> Result<Exit, Failure> {
        let input = open(&self.file, &self.place)?;
        let image = input.layers.iter().find_map(libvirt_image).cloned();
        let texts = self.texts(&input, image.as_ref())?;
        let mut outputs = Vec::new();
        for (path, text) in texts {
            outputs.push((path, written(path, &mut &*text)?));
        }
        let name = input.name.clone();
        let stream = self.stream(input)?;
        outputs.push((&self.output, stream));
        for (path, output) in outputs {
            output
                .commit()
                .map_err(|error| Failure::io(&path.display().to_string(), &error))?;
        }
        let partial = image.is_some_and(|image| image.partial);
        if partial {
            context.warn(
                &name,
                "libvirt did not finish this image: the end of the stream may be missing",
            );
        }
        Ok(Exit::of(partial))
    }

    /// The stream, in a file beside the wanted one.
    fn stream(&self, mut input: Input) -> Result<Output, Failure> {
        let name = input.name.clone();
        let moved = input.source.base() > 0 && input.content == Content::Stream;
        if moved
            && input
                .source
                .has_mapped_ram()
                .map_err(|error| Failure::io(&name, &error))?
        {
            return self.relocated(input);
        }
        let mut reads = Named {
            name: &name,
            read: input.source.into_read(),
            failed: None,
        };
        let stream = written(&self.output, &mut reads);
        match reads.failed.take() {
            Some(failure) => Err(failure),
            None => stream,
        }
    }

    /// A stream whose offsets count from the start of its file.
    fn relocated(&self, input: Input) -> Result<Output, Failure> {
        let failure = |error: io::Error| Failure::io(&self.output.display().to_string(), &error);
        let name = input.name.clone();
        let mut output = Output::create(&self.output).map_err(failure)?;
        let mut walk = Walk::new(input, None).map_err(|stop| Failure::stop(&name, stop))?;
        let mut relocate = Relocate::new(&mut output);
        let outcome = walk.run(&mut |step| relocate.step(&step), &mut |_| ());
        outcome.map_err(|stop| Failure::stop(&name, stop))?;
        output.flush().map_err(failure)?;
        Ok(output)
    }

    /// What else is to be written, and where.
    fn texts(
        &self,
        input: &Input,
        image: Option<&libvirt::Image>,
    ) -> Result<Vec<(&Path, Vec<u8>)>, Failure> {
        let mut texts = Vec::new();
        let xml = image.map(|image| image.xml.clone());
        let cookie = image.and_then(|image| image.cookie.clone());
        for (path, text, what) in [
            (&self.domain_xml, xml, "domain XML"),
            (&self.cookie, cookie, "cookie"),
        ] {
            match (path, text) {
                (Some(path), Some(text)) => texts.push((path.as_path(), text)),
                (Some(_), None) => {
                    return Err(Failure::file(
                        &input.name,
                        format!("there is no {what} in it"),
                    ))
                }
                (None, _) => {}
            }
        }
        Ok(texts)
    }
}

fn libvirt_image(layer: &Layer) -> Option<&libvirt::Image> {
    match &layer.what {
        Unwrapped::Libvirt(image) => Some(image),
        _ => None,
    }
}

/// A file beside `path` that has all that `read` gives.
fn written(path: &Path, read: &mut dyn Read) -> Result<Output, Failure> {
    let failure = |error: io::Error| Failure::io(&path.display().to_string(), &error);
    let mut output = Output::create(path).map_err(failure)?;
    io::copy(read, &mut output).map_err(failure)?;
    output.flush().map_err(failure)?;
    Ok(output)
}

/// Tells errors of reading from those of writing.
struct Named<'a> {
    name: &'a str,
    read: Box<dyn Read + Send>,
    failed: Option<Failure>,
}

impl Read for Named<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.read.read(out).map_err(|error| {
            let kind = error.kind();
            if kind != io::ErrorKind::Interrupted {
                self.failed = Some(Failure::io(self.name, &error));
            }
            kind.into()
        })
    }
}
