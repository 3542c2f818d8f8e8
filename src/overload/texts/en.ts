import type { PageTexts } from '../page-texts.ts';

export const en: PageTexts = {
  language: 'en',
  overload: {
    title: 'One moment, please',
    looking: 'There is nothing you need to do: nothing was lost.',
    sending:
      'What you just sent was not saved. Use your browser’s Back button (it usually keeps what you typed), keep a copy, and send it again a little later.',
    again: 'Please come back in {time}.',
    retrying: 'This page tries again by itself in {time}.',
    resend: 'You can send it again in {time}.',
    queue: 'Waiting right now: {waiting}.',
    contact: 'Questions?',
    back: 'Back to what I wrote',
    pause: 'Stop trying',
    resume: 'Try again by itself',
    paused: 'This page no longer tries by itself.',
    trying: 'Trying again …',
    ready: 'You can send it again now.',
    reasons: {
      busy: {
        text: 'More people are visiting this site right now than it can serve at once. Nothing is broken; it just needs a moment.',
      },
      full: {
        text: 'Many people are waiting for this site already. Nothing is broken; it serves them one after the other.',
      },
      late: {
        text: 'You have waited longer than anybody should: your turn did not come in time. Nothing is broken.',
      },
      starting: { text: 'This site is just starting. It needs a moment until it can answer.' },
      closed: { title: 'Back in a moment', text: 'This site is being looked after, and is back soon.' },
      excess: {
        title: 'That was a little fast',
        text: 'Many requests came from you, or from your network, in a short time. Others get their turn first.',
      },
    },
  },
  requestId: 'Request',
  quoteIt: 'Please mention this if you write to the operator.',
  errors: {
    400: {
      title: 'This request could not be understood',
      text: 'What your browser sent does not follow the rules of the web. Check the address, or start again from the front page.',
    },
    403: {
      title: 'This page is not for everyone',
      text: 'You are not allowed to see what is at this address.',
    },
    404: {
      title: 'There is nothing here',
      text: 'No page has this address. It may have moved, or there is a slip in the link that brought you here.',
    },
    405: { title: 'That cannot be done here', text: 'This address does not accept this kind of request.' },
    408: {
      title: 'That took too long',
      text: 'Your request did not arrive completely in time. Check your connection and try again.',
    },
    411: { title: 'A length is missing', text: 'The request must say how long it is (Content-Length).' },
    413: {
      title: 'That is too large',
      text: 'You sent more than this site accepts at once, and it was not saved. Try a smaller file or a shorter text.',
    },
    414: {
      title: 'This address is too long',
      text: 'The address has more characters than this site accepts.',
    },
    417: {
      title: 'An expectation cannot be met',
      text: 'The request expects something that this site does not offer.',
    },
    421: {
      title: 'This is the wrong door',
      text: 'This server does not answer for the site that you asked for.',
    },
    429: {
      title: 'That was a little fast',
      text: 'Many requests came from you in a short time. Wait a moment, then go on.',
    },
    431: {
      title: 'The request carries too much',
      text: 'Its header fields are larger than this site accepts. Deleting the cookies of this site often helps.',
    },
    500: {
      title: 'Something went wrong here',
      text: 'It is not your fault. The error has been recorded; please try again later.',
    },
    501: { title: 'This is not possible yet', text: 'The site does not know this kind of request.' },
    502: {
      title: 'The site gave no proper answer',
      text: 'It is not your fault. The program behind this page failed; please try again later.',
    },
    503: { title: 'The site is not available', text: 'It is not your fault. Please try again in a moment.' },
    504: {
      title: 'The site took too long',
      text: 'The program behind this page did not answer in time. If you sent something, check whether it arrived before you send it again.',
    },
    505: { title: 'This version is not spoken here', text: 'The site does not speak this version of HTTP.' },
  },
};
