import type { PageTexts } from '../page-texts.ts';

export const de: PageTexts = {
  language: 'de',
  overload: {
    title: 'Einen Moment bitte',
    looking: 'Sie müssen nichts tun: Es ist nichts verloren gegangen.',
    sending:
      'Was Sie eben abgeschickt haben, wurde nicht gespeichert. Gehen Sie mit der Zurück-Taste Ihres Browsers zurück (meist steht dort noch, was Sie geschrieben haben), behalten Sie eine Kopie und schicken Sie es etwas später noch einmal ab.',
    again: 'Bitte kommen Sie in {time} wieder.',
    retrying: 'Diese Seite versucht es in {time} von selbst noch einmal.',
    resend: 'Sie können es in {time} noch einmal abschicken.',
    queue: 'Im Augenblick warten: {waiting}.',
    contact: 'Fragen?',
    back: 'Zurück zu meinem Text',
    pause: 'Nicht weiter versuchen',
    resume: 'Von selbst versuchen',
    paused: 'Diese Seite versucht es nicht mehr von selbst.',
    trying: 'Neuer Versuch …',
    ready: 'Sie können es jetzt noch einmal abschicken.',
    reasons: {
      busy: {
        text: 'Gerade besuchen mehr Menschen diese Seite, als sie auf einmal bedienen kann. Es ist nichts kaputt; sie braucht nur einen Augenblick.',
      },
      full: {
        text: 'Auf diese Seite warten schon viele. Es ist nichts kaputt; sie bedient einen nach dem anderen.',
      },
      late: {
        text: 'Sie haben länger gewartet, als man sollte: Sie kamen nicht rechtzeitig an die Reihe. Es ist nichts kaputt.',
      },
      starting: { text: 'Diese Seite startet gerade. Sie braucht einen Moment, bis sie antworten kann.' },
      closed: { title: 'Gleich wieder da', text: 'An dieser Seite wird gearbeitet; sie ist bald wieder da.' },
      excess: {
        title: 'Das war etwas schnell',
        text: 'Von Ihnen oder aus Ihrem Netz kamen in kurzer Zeit viele Anfragen. Erst sind andere an der Reihe.',
      },
    },
  },
  requestId: 'Anfrage',
  quoteIt: 'Bitte geben Sie dies an, wenn Sie dem Betreiber schreiben.',
  errors: {
    400: {
      title: 'Diese Anfrage war nicht zu verstehen',
      text: 'Was Ihr Browser geschickt hat, hält sich nicht an die Regeln des Webs. Prüfen Sie die Adresse oder beginnen Sie auf der Startseite neu.',
    },
    403: {
      title: 'Diese Seite ist nicht für alle',
      text: 'Sie dürfen nicht sehen, was unter dieser Adresse liegt.',
    },
    404: {
      title: 'Hier ist nichts',
      text: 'Keine Seite hat diese Adresse. Vielleicht ist sie umgezogen, oder der Link, der Sie hierher führte, ist falsch.',
    },
    405: { title: 'Das geht hier nicht', text: 'Diese Adresse nimmt diese Art von Anfrage nicht an.' },
    408: {
      title: 'Das hat zu lange gedauert',
      text: 'Ihre Anfrage kam nicht rechtzeitig vollständig an. Prüfen Sie Ihre Verbindung und versuchen Sie es noch einmal.',
    },
    411: { title: 'Eine Länge fehlt', text: 'Die Anfrage muss sagen, wie lang sie ist (Content-Length).' },
    413: {
      title: 'Das ist zu groß',
      text: 'Sie haben mehr geschickt, als diese Seite auf einmal annimmt; es wurde nicht gespeichert. Versuchen Sie es mit einer kleineren Datei oder einem kürzeren Text.',
    },
    414: {
      title: 'Diese Adresse ist zu lang',
      text: 'Die Adresse hat mehr Zeichen, als diese Seite annimmt.',
    },
    417: {
      title: 'Eine Erwartung ist nicht zu erfüllen',
      text: 'Die Anfrage erwartet etwas, das diese Seite nicht anbietet.',
    },
    421: {
      title: 'Das ist die falsche Tür',
      text: 'Dieser Server antwortet nicht für die Seite, die Sie verlangt haben.',
    },
    429: {
      title: 'Das war etwas schnell',
      text: 'Von Ihnen kamen in kurzer Zeit viele Anfragen. Warten Sie einen Moment, dann geht es weiter.',
    },
    431: {
      title: 'Die Anfrage trägt zu viel',
      text: 'Ihre Kopfzeilen sind größer, als diese Seite annimmt. Oft hilft es, die Cookies dieser Seite zu löschen.',
    },
    500: {
      title: 'Hier ist etwas schiefgegangen',
      text: 'Es liegt nicht an Ihnen. Der Fehler ist festgehalten; bitte versuchen Sie es später noch einmal.',
    },
    501: { title: 'Das ist noch nicht möglich', text: 'Diese Seite kennt diese Art von Anfrage nicht.' },
    502: {
      title: 'Die Seite gab keine richtige Antwort',
      text: 'Es liegt nicht an Ihnen. Das Programm hinter dieser Seite ist gescheitert; bitte versuchen Sie es später noch einmal.',
    },
    503: {
      title: 'Die Seite ist nicht erreichbar',
      text: 'Es liegt nicht an Ihnen. Bitte versuchen Sie es in einem Moment noch einmal.',
    },
    504: {
      title: 'Die Seite hat zu lange gebraucht',
      text: 'Das Programm hinter dieser Seite hat nicht rechtzeitig geantwortet. Wenn Sie etwas abgeschickt haben, sehen Sie erst nach, ob es angekommen ist.',
    },
    505: {
      title: 'Diese Version wird hier nicht gesprochen',
      text: 'Die Seite spricht diese Version von HTTP nicht.',
    },
  },
};
